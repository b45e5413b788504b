"""Which values may a field of the rollout take, what are they called, and in which tone are they shown?"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tone(models.TextChoices):
    """How a status looks on screen; `static/css` has one set of colours and a mark for each."""

    DONE = "done", _("selesai")
    NEAR = "near", _("hampir")
    UNDERWAY = "underway", _("berjalan")
    PROMISED = "promised", _("dijanjikan")
    HALTED = "halted", _("terhenti")
    UNKNOWN = "unknown", _("belum ada data")


class IslandGroup(models.TextChoices):
    """The groups of islands in which the Ministry reports, from west to east."""

    SUMATERA = "Sumatera", _("Sumatera")
    JAWA = "Jawa", _("Jawa")
    BALI_NUSA = "Bali dan Nusa Tenggara", _("Bali dan Nusa Tenggara")
    KALIMANTAN = "Kalimantan", _("Kalimantan")
    SULAWESI = "Sulawesi", _("Sulawesi")
    MALUKU = "Maluku", _("Maluku")
    PAPUA = "Papua", _("Papua")


class RegencyKind(models.TextChoices):
    """What a second-level area is in law."""

    KABUPATEN = "kabupaten", _("Kabupaten")
    KOTA = "kota", _("Kota")
    KABUPATEN_ADMINISTRASI = "kabupaten_administrasi", _("Kabupaten administrasi")
    KOTA_ADMINISTRASI = "kota_administrasi", _("Kota administrasi")
    DAERAH_KHUSUS = "daerah_khusus", _("Daerah khusus (Jakarta sebagai satu unit)")


class Role(models.TextChoices):
    """What an assignment lets a user do, on its turf (DESIGN section 5)."""

    EDITOR = "editor", _("Editor (Kementerian PANRB)")
    VERIFIER = "verifier", _("Verifikator (Kementerian PANRB)")
    OFFICER = "officer", _("Petugas DPMPTSP")
    PROVINCE = "province", _("Pemerintah provinsi")
    VIEWER = "viewer", _("Peninjau")


class EntryState(models.TextChoices):
    """How far an entry of the ledger has come on its way to being believed."""

    DRAFT = "draft", _("Draf")
    REPORTED = "reported", _("Dilaporkan")
    VERIFIED = "verified", _("Terverifikasi")
    RETURNED = "returned", _("Dikembalikan")

    @property
    def tone(self) -> Tone:
        """Return how this state is shown."""
        return _ENTRY_TONES[self]


class EntryChannel(models.TextChoices):
    """How an entry came into the ledger."""

    REPORT = "report", _("Laporan")
    IMPORT = "import", _("Impor sumber terbitan")


class Verdict(models.TextChoices):
    """What a province thinks of a report that waits."""

    ENDORSED = "endorsed", _("Mendukung")
    QUESTIONED = "questioned", _("Mempertanyakan")

    @property
    def tone(self) -> Tone:
        """Return how this verdict is shown."""
        return Tone.DONE if self is Verdict.ENDORSED else Tone.HALTED


class NoticeKind(models.TextChoices):
    """What somebody is told."""

    RETURNED = "returned", _("Laporan dikembalikan")
    VERIFIED = "verified", _("Laporan diverifikasi")
    QUESTIONED = "questioned", _("Laporan dipertanyakan")
    DIGEST = "digest", _("Ringkasan mingguan")
    ENDING = "ending", _("Perjanjian segera berakhir")
    LETTER = "letter", _("Surat untuk daerah")
    WEBHOOK = "webhook", _("Webhook dimatikan")


MAILED_AT_ONCE = frozenset(
    {NoticeKind.RETURNED, NoticeKind.DIGEST, NoticeKind.ENDING, NoticeKind.LETTER, NoticeKind.WEBHOOK}
)
"""Everything else is read in the page and in the weekly digest: one mail a week, not one an event."""


class EventKind(models.TextChoices):
    """Of what programs can be told."""

    VERIFIED = "verified", _("Laporan diverifikasi")
    RETURNED = "returned", _("Laporan dikembalikan")
    COVERAGE = "coverage", _("Cakupan provinsi berubah")


class DeliveryState(models.TextChoices):
    """What became of an event on its way to an address."""

    WAITING = "waiting", _("Menunggu")
    DELIVERED = "delivered", _("Diterima")
    FAILED = "failed", _("Gagal")
    WITHHELD = "withheld", _("Ditahan: pemiliknya tidak lagi boleh membacanya")

    @property
    def tone(self) -> Tone:
        """Return how this state is shown."""
        return _DELIVERY_TONES[self]


class Stage(models.TextChoices):
    """The steps to an MPP in the order of the field (DOMAIN 1.4); milestones may come in any order."""

    COMMITTED = "committed", _("Komitmen")
    PROPOSED = "proposed", _("Usulan disampaikan")
    APPROVED = "approved", _("Usulan disetujui")
    PREPARING = "preparing", _("Persiapan")
    BUILDING = "building", _("Pembangunan/renovasi")
    STAFFING = "staffing", _("Pengisian gerai")
    SOFT_LAUNCHED = "soft_launched", _("Uji coba/soft launching")
    OPENED = "opened", _("Dibuka daerah")
    READY = "ready", _("Siap diresmikan")
    INAUGURATED = "inaugurated", _("Diresmikan")

    @property
    def tone(self) -> Tone:
        """Return how this stage is shown."""
        return _STAGE_TONES[self]


class StageMark(models.TextChoices):
    """What is known of one stage of a place, seen from the furthest that it reached."""

    REACHED = "reached", _("tercapai")
    REPORTED = "reported", _("dilaporkan, belum diverifikasi")
    UNRECORDED = "unrecorded", _("tidak tercatat")
    AHEAD = "ahead", _("belum tercatat")

    @property
    def tone(self) -> Tone:
        """Return how it is shown."""
        return _MARK_TONES[self]


class DatePrecision(models.TextChoices):
    """How exactly the day of an event is known."""

    DAY = "day", _("Hari")
    MONTH = "month", _("Bulan")
    YEAR = "year", _("Tahun")


class OperatingStatus(models.TextChoices):
    """Whether an MPP serves the public, whatever its stage."""

    NOT_YET = "not_yet", _("Belum beroperasi")
    TRIAL = "trial", _("Uji coba")
    OPERATING = "operating", _("Beroperasi")
    PARTLY = "partly", _("Beroperasi sebagian")
    SUSPENDED = "suspended", _("Tutup sementara")
    STOPPED = "stopped", _("Tidak beroperasi")

    @property
    def tone(self) -> Tone:
        """Return how this status is shown."""
        return _OPERATING_TONES[self]


class DigitalStatus(models.TextChoices):
    """How far a regency is with MPP Digital, an indicator of its own (DOMAIN 8)."""

    NOT_YET = "not_yet", _("Belum")
    PILOT = "pilot", _("Percontohan")
    CONNECTED = "connected", _("Terhubung")
    NATIONAL = "national", _("MPP Digital Nasional versi baru")
    VIA_SPLP = "via_splp", _("Terhubung melalui SPLP")


class ReadinessAspect(models.TextChoices):
    """In what a regency is to be ready for an MPP (DESIGN section 3); each value is the field that holds its level."""

    COMMITMENT = "commitment", _("Komitmen")
    PROPOSAL = "proposal", _("Usulan")
    BUILDING = "building", _("Gedung")
    BUDGET = "budget", _("Anggaran")
    STAFF = "staff", _("SDM")
    REGULATION = "regulation", _("Regulasi")
    INSTITUTIONS = "institutions", _("Instansi")
    NETWORK = "network", _("Jaringan")


class ReadinessLevel(models.TextChoices):
    """How ready a regency is in one aspect, from least to most. An assumption: no published scale exists."""

    NOT_YET = "not_yet", _("Belum")
    PARTLY = "partly", _("Sebagian")
    READY = "ready", _("Siap")

    @property
    def tone(self) -> Tone:
        """Return how this level is shown."""
        return _READINESS_TONES[self]

    @property
    def meaning(self) -> Any:
        """Return in words when a regency is at this level."""
        return _READINESS_MEANINGS[self]


class ReadinessMovement(models.TextChoices):
    """What became of an aspect since the baseline."""

    UP = "up", _("Naik")
    DOWN = "down", _("Turun")
    SAME = "same", _("Tetap")
    FOUND = "found", _("Baru diketahui")
    LOST = "lost", _("Tidak diketahui lagi")
    UNKNOWN = "unknown", _("Belum ada data")

    @property
    def mark(self) -> str:
        """Return the sign that stands before the word."""
        return _MOVEMENT_MARKS[self]


class CeremonyKind(models.TextChoices):
    """What a ceremony marks."""

    INAUGURATION = "inauguration", _("Peresmian")
    LOCAL_OPENING = "local_opening", _("Pembukaan oleh daerah")
    SOFT_LAUNCH = "soft_launch", _("Soft launching")

    @property
    def stage(self) -> Stage:
        """Return the stage that a site reaches by it."""
        return _CEREMONY_STAGES[self]


_CEREMONY_STAGES = {
    CeremonyKind.INAUGURATION: Stage.INAUGURATED,
    CeremonyKind.LOCAL_OPENING: Stage.OPENED,
    CeremonyKind.SOFT_LAUNCH: Stage.SOFT_LAUNCHED,
}
_ENTRY_TONES = {
    EntryState.DRAFT: Tone.UNKNOWN,
    EntryState.REPORTED: Tone.PROMISED,
    EntryState.VERIFIED: Tone.DONE,
    EntryState.RETURNED: Tone.HALTED,
}
_DELIVERY_TONES = {
    DeliveryState.WAITING: Tone.PROMISED,
    DeliveryState.DELIVERED: Tone.DONE,
    DeliveryState.FAILED: Tone.HALTED,
    DeliveryState.WITHHELD: Tone.UNKNOWN,
}
_STAGE_TONES = {
    Stage.COMMITTED: Tone.PROMISED,
    Stage.PROPOSED: Tone.UNDERWAY,
    Stage.APPROVED: Tone.UNDERWAY,
    Stage.PREPARING: Tone.UNDERWAY,
    Stage.BUILDING: Tone.UNDERWAY,
    Stage.STAFFING: Tone.UNDERWAY,
    Stage.SOFT_LAUNCHED: Tone.NEAR,
    Stage.OPENED: Tone.NEAR,
    Stage.READY: Tone.NEAR,
    Stage.INAUGURATED: Tone.DONE,
}
_MARK_TONES = {
    StageMark.REACHED: Tone.DONE,
    StageMark.REPORTED: Tone.PROMISED,
    StageMark.UNRECORDED: Tone.UNKNOWN,
    StageMark.AHEAD: Tone.UNKNOWN,
}
_OPERATING_TONES = {
    OperatingStatus.NOT_YET: Tone.UNKNOWN,
    OperatingStatus.TRIAL: Tone.NEAR,
    OperatingStatus.OPERATING: Tone.DONE,
    OperatingStatus.PARTLY: Tone.NEAR,
    OperatingStatus.SUSPENDED: Tone.HALTED,
    OperatingStatus.STOPPED: Tone.HALTED,
}
_READINESS_TONES = {
    ReadinessLevel.NOT_YET: Tone.PROMISED,
    ReadinessLevel.PARTLY: Tone.UNDERWAY,
    ReadinessLevel.READY: Tone.DONE,
}
_READINESS_MEANINGS = {
    ReadinessLevel.NOT_YET: _("sudah diperiksa, dan belum ada yang dikerjakan"),
    ReadinessLevel.PARTLY: _("sudah dikerjakan, tetapi belum selesai"),
    ReadinessLevel.READY: _("selesai; dari segi ini MPP dapat dijalankan"),
}
_MOVEMENT_MARKS = {
    ReadinessMovement.UP: "▲",
    ReadinessMovement.DOWN: "▼",
    ReadinessMovement.SAME: "=",
    ReadinessMovement.FOUND: "+",
    ReadinessMovement.LOST: "\N{MINUS SIGN}",
    ReadinessMovement.UNKNOWN: "?",
}


class ImportState(models.TextChoices):
    """How far an imported file is."""

    WAITING = "waiting", _("Menunggu diperiksa")
    REFUSED = "refused", _("Tidak dapat dibaca")
    CHECKED = "checked", _("Diperiksa, belum disimpan")
    CONFIRMED = "confirmed", _("Menunggu disimpan")
    APPLIED = "applied", _("Disimpan")
    REVERSING = "reversing", _("Menunggu dibatalkan")
    REVERSED = "reversed", _("Dibatalkan")
    FAILED = "failed", _("Gagal karena galat sistem")

    @property
    def is_under_way(self) -> bool:
        """Return whether a worker is to do something."""
        return self in {ImportState.WAITING, ImportState.CONFIRMED, ImportState.REVERSING}

    @property
    def tone(self) -> Tone:
        """Return how this state is shown."""
        return _IMPORT_TONES[self]


class RowOutcome(models.TextChoices):
    """What one row of an imported file does."""

    NEW = "new", _("Baru")
    CHANGED = "changed", _("Berubah")
    SAME = "same", _("Sama")
    WRONG = "wrong", _("Salah")

    @property
    def tone(self) -> Tone:
        """Return how this outcome is shown."""
        return _OUTCOME_TONES[self]


_IMPORT_TONES = {
    ImportState.WAITING: Tone.UNDERWAY,
    ImportState.REFUSED: Tone.HALTED,
    ImportState.CHECKED: Tone.PROMISED,
    ImportState.CONFIRMED: Tone.UNDERWAY,
    ImportState.APPLIED: Tone.DONE,
    ImportState.REVERSING: Tone.UNDERWAY,
    ImportState.REVERSED: Tone.UNKNOWN,
    ImportState.FAILED: Tone.HALTED,
}
_OUTCOME_TONES = {
    RowOutcome.NEW: Tone.DONE,
    RowOutcome.CHANGED: Tone.UNDERWAY,
    RowOutcome.SAME: Tone.UNKNOWN,
    RowOutcome.WRONG: Tone.HALTED,
}
