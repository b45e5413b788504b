"""In which ways can coverage be counted, and what do the task force's closed lists hold?"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from regions.choices import Tone


class Basis(models.TextChoices):
    """The denominator: which units must have an MPP (DOMAIN 4.2)."""

    UNITS_509 = "509", _("509 unit: 508 kabupaten/kota dan Jakarta")
    UNITS_508 = "508", _("508 kabupaten/kota, tanpa Jakarta")
    UNITS_514 = "514", _("514 wilayah, dengan enam di Jakarta")


class Counting(models.TextChoices):
    """What makes a unit count as covered."""

    INAUGURATED = "inaugurated", _("diresmikan")
    OPENED = "opened", _("diresmikan, dibuka, atau uji coba")
    OPERATING = "operating", _("beroperasi")


class Layer(models.TextChoices):
    """Whose word is taken."""

    VERIFIED = "verified", _("terverifikasi")
    REPORTED = "reported", _("terverifikasi dan dilaporkan")


class Boundaries(models.TextChoices):
    """Which provinces the units are grouped by."""

    THEN = "then", _("pada tanggal itu")
    NOW = "now", _("sekarang")


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


class PresenceOrder(models.TextChoices):
    """In which order the signatories stand."""

    NAME = "name", _("menurut nama")
    SHARE = "share", _("menurut kehadiran, terbanyak dahulu")


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
