"""In which ways can coverage be counted, and what do the task force's closed lists hold?"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from regions.choices import Tone


class Basis(models.TextChoices):
    """The denominator: which units must have an MPP (DOMAIN 4.2)."""

    UNITS_509 = "509", _("509 unit: 508 kabupaten/kota dan Jakarta")
    UNITS_508 = "508", _("508 kabupaten/kota, tanpa Jakarta")
    UNITS_514 = "514", _("514 wilayah, dengan enam di Jakarta")

    @property
    def meaning(self) -> Any:
        """Return in a sentence what is a unit."""
        return _BASIS_MEANINGS[self]


class Counting(models.TextChoices):
    """What makes a unit count as covered."""

    INAUGURATED = "inaugurated", _("diresmikan")
    OPENED = "opened", _("diresmikan, dibuka, atau uji coba")
    OPERATING = "operating", _("beroperasi")

    @property
    def meaning(self) -> Any:
        """Return in a sentence from when on a unit counts."""
        return _COUNTING_MEANINGS[self]


class Layer(models.TextChoices):
    """Whose word is taken."""

    VERIFIED = "verified", _("terverifikasi")
    REPORTED = "reported", _("terverifikasi dan dilaporkan")

    @property
    def meaning(self) -> Any:
        """Return in a sentence which entries count."""
        return _LAYER_MEANINGS[self]


class Boundaries(models.TextChoices):
    """Which provinces the units are grouped by."""

    THEN = "then", _("pada tanggal itu")
    NOW = "now", _("sekarang")

    @property
    def meaning(self) -> Any:
        """Return in a sentence how units are grouped."""
        return _BOUNDARIES_MEANINGS[self]


class StageGroup(models.TextChoices):
    """How far a unit is, in the few steps that are told apart at a glance; from the furthest to nothing known."""

    INAUGURATED = "inaugurated", _("Diresmikan")
    OPENED = "opened", _("Dibuka/uji coba")
    UNDERWAY = "underway", _("Dalam proses")
    COMMITTED = "committed", _("Komitmen")
    UNKNOWN = "unknown", _("Belum ada data")

    @property
    def tone(self) -> Tone:
        """Return how it is shown."""
        return _GROUP_TONES[self]


class AreaOrder(models.TextChoices):
    """By what areas may be put in order; a minus before it turns the order round."""

    NAME = "name", _("Provinsi")
    UNITS = "units", _("Unit")
    COVERED = "covered", _("Tercakup")
    SHARE = "share", _("Cakupan")
    GAP = "gap", _("Kurang")
    TARGET = "target", _("Target")
    PACE = "pace", _("12 bulan")


class CoverageClass(models.TextChoices):
    """Into which classes a map puts areas by their coverage, the highest first."""

    COMPLETE = "complete", _("lengkap")
    HALF = "half", _("50 % sampai kurang dari 100 %")
    BELOW_HALF = "below_half", _("di bawah 50 %")
    NONE = "none", _("belum ada satu pun")
    NO_UNITS = "no_units", _("tanpa unit sasaran")


class MapView(models.TextChoices):
    """In which of two ways the units are laid out, by the word in the address."""

    MAP = "peta", _("Peta")
    CELLS = "sel", _("Sel per unit")


class TargetMetric(models.TextChoices):
    """What a target's value measures."""

    COVERAGE_PCT = "coverage_pct", _("cakupan (persen)")
    CUMULATIVE_UNITS = "cumulative_units", _("jumlah unit kumulatif")
    COMMITTED_UNITS = "committed_units", _("unit yang berkomitmen pada tahun itu")


class AnnouncedMetric(models.TextChoices):
    """What an announced figure measures."""

    MPP_TOTAL = "mpp_total", _("jumlah MPP")
    DIGITAL_UNITS = "mpp_digital_units", _("unit dengan MPP Digital")
    PROVINCES_WITHOUT = "provinces_without_mpp", _("provinsi tanpa MPP")
    PROVINCES_COMPLETE = "provinces_fully_covered", _("provinsi yang lengkap")
    COMMITTED_2020 = "units_committed_for_2020", _("unit yang berkomitmen untuk 2020")
    COMMITTED_2022 = "units_committed_for_2022", _("unit yang berkomitmen untuk 2022")


class AnnouncedCounting(models.TextChoices):
    """Which units an announced figure counted: as coverage does, or with those that only wait for the ceremony."""

    INAUGURATED = "inaugurated", _("diresmikan")
    READY = "ready", _("diresmikan atau siap diresmikan")
    OPENED = "opened", _("diresmikan, dibuka, atau uji coba")
    OPERATING = "operating", _("beroperasi")


WIDER_COUNTINGS = {AnnouncedCounting.INAUGURATED: {AnnouncedCounting.READY, AnnouncedCounting.OPENED}}
"""Which definitions count every unit that another one counts, and more."""


COVERAGE_METRICS = (AnnouncedMetric.MPP_TOTAL, AnnouncedMetric.PROVINCES_WITHOUT, AnnouncedMetric.PROVINCES_COMPLETE)
"""What is measured by counting covered units: such a figure has a definition."""


PLEDGED_FOR = {AnnouncedMetric.COMMITTED_2020: 2020, AnnouncedMetric.COMMITTED_2022: 2022}
"""The year for which the units that an announced figure counts made their promise."""


class RunKind(models.TextChoices):
    """Why figures were computed."""

    RECOMPUTE = "recompute", _("Hitung ulang provinsi")
    REBUILD = "rebuild", _("Bangun ulang harian")
    BACKFILL = "backfill", _("Pengisian mundur")


class ChangeReason(models.TextChoices):
    """Why a unit counts from another standpoint and not from the first, or the reverse, in the order of the steps."""

    DEFINED_IN = "defined_in", _("Ikut dihitung menurut definisi lain")
    DEFINED_OUT = "defined_out", _("Tidak dihitung menurut definisi lain")
    MOVED_IN = "moved_in", _("Masuk dari provinsi lain")
    MOVED_OUT = "moved_out", _("Pindah ke provinsi lain")
    LATE = "late", _("Terjadi sebelumnya, baru diketahui")
    CORRECTED = "corrected", _("Dikoreksi atau dicabut")
    HAPPENED = "happened", _("Tercapai sejak itu")
    ENDED = "ended", _("Tidak lagi beroperasi")

    @property
    def sign(self) -> int:
        """Return 1 where a unit is gained by it, -1 where one is lost."""
        return -1 if self in _LOSSES else 1

    @property
    def meaning(self) -> Any:
        """Return in a sentence what is in the step."""
        return _CHANGE_MEANINGS[self]


class LeftOut(models.TextChoices):
    """Why an entry of the ledger makes no unit count."""

    WAITING = "waiting", _("Belum diverifikasi")
    LATER = "later", _("Terjadi sesudah tanggal itu")
    PERIOD = "period", _("Tanggalnya belum pasti, periodenya belum berakhir")
    ENDED = "ended", _("Sudah tidak beroperasi pada tanggal itu")
    CORRECTED = "corrected", _("Sudah dikoreksi atau dicabut")
    BRANCH = "branch", _("Cabang (mini MPP)")

    @property
    def meaning(self) -> Any:
        """Return the rule that leaves it out."""
        return _LEFT_OUT_MEANINGS[self]


class PresenceOrder(models.TextChoices):
    """In which order the signatories stand."""

    NAME = "name", _("menurut nama")
    SHARE = "share", _("menurut kehadiran, terbanyak dahulu")


class UnitOrder(models.TextChoices):
    """In which order the units of a province stand."""

    STAGE = "stage", _("tahap, terjauh dahulu")
    NAME = "name", _("nama")
    SINCE = "since", _("hari mencapai tahapnya, terbaru dahulu")
    STATUS = "status", _("status operasional")


class Priority(models.TextChoices):
    """How much depends on an action item; what is high is closed with proof and by a second person."""

    HIGH = "high", _("Tinggi")
    NORMAL = "normal", _("Biasa")
    LOW = "low", _("Rendah")


class LetterKind(models.TextChoices):
    """How sternly a late region is written to."""

    REMINDER = "reminder", _("Surat pengingat")
    WARNING = "warning", _("Surat teguran")


class LateReason(models.TextChoices):
    """What is late about a unit."""

    TARGET = "target", _("target lewat")
    PLEDGE = "pledge", _("komitmen lewat")
    HALT = "halt", _("MPP tidak beroperasi")
    ACTION = "action", _("rencana aksi lewat tenggat")


class PaperState(models.TextChoices):
    """How far a paper for a meeting has come."""

    WAITING = "waiting", _("Menunggu giliran")
    COUNTING = "counting", _("Angka sedang dihimpun")
    TYPESETTING = "typesetting", _("Tata letak sedang disusun")
    DONE = "done", _("Siap diunduh")
    FAILED = "failed", _("Gagal disusun")

    @property
    def progress_pct(self) -> int:
        """Return how much of the way that is."""
        return _PAPER_PROGRESS[self]

    @property
    def is_final(self) -> bool:
        """Return whether nothing more happens."""
        return self in {PaperState.DONE, PaperState.FAILED}


class ReleaseState(models.TextChoices):
    """How far a release of the open data has come."""

    WAITING = "waiting", _("Menunggu giliran")
    DONE = "done", _("Terbit")
    FAILED = "failed", _("Gagal disusun")


class SitePosition(models.TextChoices):
    """What the coordinates of an MPP in the open data are those of."""

    SITE = "site", _("MPP itu sendiri")
    SEAT = "seat", _("ibu kota daerahnya, karena letak MPP belum ada data")


class ActionState(models.TextChoices):
    """How an action item stands."""

    NOT_STARTED = "not_started", _("Belum dimulai")
    UNDERWAY = "underway", _("Berjalan")
    BLOCKED = "blocked", _("Terkendala")
    CLAIMED = "claimed", _("Diajukan selesai")
    DONE = "done", _("Selesai")
    CANCELLED = "cancelled", _("Dibatalkan")

    @property
    def tone(self) -> Tone:
        """Return how it is shown."""
        return _ACTION_TONES[self]


class Severity(models.TextChoices):
    """How soon somebody has to look at an alert, most pressing first."""

    URGENT = "urgent", _("Mendesak")
    ATTENTION = "attention", _("Perlu perhatian")
    NOTE = "note", _("Perlu diketahui")

    @property
    def tone(self) -> Tone:
        """Return how it is shown."""
        return _SEVERITY_TONES[self]


class AlertKind(models.TextChoices):
    """What an alert is raised about."""

    SITE_SILENT = "site_silent", _("MPP tanpa kabar")
    STAGE_UNCHANGED = "stage_unchanged", _("Tahap tidak berubah")
    PROPOSAL_WAITING = "proposal_waiting", _("Usulan menunggu verifikasi Kementerian")
    PLEDGE_OVERDUE = "pledge_overdue", _("Janji lewat tenggat")
    AGREEMENT_ENDING = "agreement_ending", _("PKS atau nota kesepahaman berakhir")
    OPERATION_SUSPENDED = "operation_suspended", _("MPP tutup sementara")
    FIGURES_LATE = "figures_late", _("Angka tersimpan belum dihitung ulang")
    FIGURES_DRIFTED = "figures_drifted", _("Angka tersimpan berbeda dari buku besar")
    ANNOUNCED_DIFFERS = "announced_differs", _("Angka diumumkan berbeda dari buku besar")

    @property
    def unit(self) -> str:
        """Return what its threshold counts."""
        return str(_THRESHOLD_UNITS.get(self, _("hari")))


class ActionView(models.TextChoices):
    """Which action items are listed, by the word in the address."""

    OPEN = "", _("Semua yang terbuka")
    MINE = "saya", _("Tugas saya")
    OVERDUE = "terlambat", _("Lewat tenggat")
    CLOSED = "tertutup", _("Yang sudah ditutup")


REGIONAL = "daerah"
"""Stands in an address for the items that the government of their region owns."""


_GROUP_TONES = {
    StageGroup.INAUGURATED: Tone.DONE,
    StageGroup.OPENED: Tone.NEAR,
    StageGroup.UNDERWAY: Tone.UNDERWAY,
    StageGroup.COMMITTED: Tone.PROMISED,
    StageGroup.UNKNOWN: Tone.UNKNOWN,
}
_BASIS_MEANINGS = {
    Basis.UNITS_509: _("508 kabupaten/kota otonom dan Jakarta sebagai satu unit."),
    Basis.UNITS_508: _("508 kabupaten/kota otonom; Jakarta tidak ikut, juga tidak dalam pembilang."),
    Basis.UNITS_514: _("Setiap wilayah tingkat dua; keenam wilayah Jakarta tercakup bila MPP Jakarta tercakup."),
}
_COUNTING_MEANINGS = {
    Counting.INAUGURATED: _("Unit dihitung sejak hari MPP-nya diresmikan."),
    Counting.OPENED: _("Unit dihitung sejak hari pertama MPP-nya diresmikan, dibuka daerah, atau mulai uji coba."),
    Counting.OPERATING: _("Unit dihitung selama MPP-nya tercatat beroperasi, penuh atau sebagian."),
}
_LAYER_MEANINGS = {
    Layer.VERIFIED: _("Hanya entri yang sudah diverifikasi Kementerian PANRB."),
    Layer.REPORTED: _("Entri terverifikasi, ditambah laporan yang belum diperiksa."),
}
_BOUNDARIES_MEANINGS = {
    Boundaries.THEN: _("Unit dikelompokkan menurut provinsinya pada tanggal itu."),
    Boundaries.NOW: _("Unit dikelompokkan menurut 38 provinsi sekarang."),
}
_LOSSES = {ChangeReason.DEFINED_OUT, ChangeReason.MOVED_OUT, ChangeReason.CORRECTED, ChangeReason.ENDED}
_CHANGE_MEANINGS = {
    ChangeReason.DEFINED_IN: _("Dasar perhitungan, yang dihitung, atau lapisannya lain."),
    ChangeReason.DEFINED_OUT: _("Dasar perhitungan, yang dihitung, atau lapisannya lain."),
    ChangeReason.MOVED_IN: _("Sudah tercakup, lalu undang-undang memindahkannya ke wilayah ini."),
    ChangeReason.MOVED_OUT: _("Sudah tercakup, lalu undang-undang memindahkannya ke wilayah lain."),
    ChangeReason.LATE: _("Peristiwanya sudah terjadi pada tanggal pembanding, tetapi baru terverifikasi kemudian."),
    ChangeReason.CORRECTED: _("Entri yang dulu dihitung ternyata tidak benar: dikoreksi, dicabut, atau dibantah."),
    ChangeReason.HAPPENED: _("Peristiwanya terjadi di antara kedua tanggal."),
    ChangeReason.ENDED: _("Dulu beroperasi, kemudian tutup atau berhenti."),
}
_LEFT_OUT_MEANINGS = {
    LeftOut.WAITING: _("Laporan dihitung setelah diverifikasi Kementerian PANRB."),
    LeftOut.LATER: _("Yang terjadi sesudah tanggal yang ditanyakan tidak dihitung."),
    LeftOut.PERIOD: _("Tanggal yang hanya diketahui bulan atau tahunnya dihitung sejak hari terakhir periode itu."),
    LeftOut.ENDED: _("Kabar yang lebih baru mengatakan MPP itu tutup atau berhenti."),
    LeftOut.CORRECTED: _("Entri yang dikoreksi tetap tercatat, tetapi tidak dihitung lagi."),
    LeftOut.BRANCH: _("Cabang tidak pernah dihitung sebagai cakupan."),
}
_ACTION_TONES = {
    ActionState.NOT_STARTED: Tone.UNKNOWN,
    ActionState.UNDERWAY: Tone.UNDERWAY,
    ActionState.BLOCKED: Tone.HALTED,
    ActionState.CLAIMED: Tone.NEAR,
    ActionState.DONE: Tone.DONE,
    ActionState.CANCELLED: Tone.UNKNOWN,
}
_PAPER_PROGRESS = {
    PaperState.WAITING: 5,
    PaperState.COUNTING: 30,
    PaperState.TYPESETTING: 80,
    PaperState.DONE: 100,
    PaperState.FAILED: 100,
}
_SEVERITY_TONES = {
    Severity.URGENT: Tone.HALTED,
    Severity.ATTENTION: Tone.UNDERWAY,
    Severity.NOTE: Tone.PROMISED,
}
_THRESHOLD_UNITS = {
    AlertKind.FIGURES_DRIFTED: _("baris"),
    AlertKind.ANNOUNCED_DIFFERS: _("selisih"),
}
