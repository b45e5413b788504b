"""Which values may a field about agreements, presence and pledges take, and what are they called?"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from regions.choices import Tone


class InstitutionKind(models.TextChoices):
    """What an institution is in law."""

    MINISTRY = "kementerian", _("Kementerian")
    AGENCY = "lembaga", _("Lembaga")
    PUBLIC_BODY = "badan_hukum_publik", _("Badan hukum publik")
    STATE_FIRM = "bumn", _("BUMN")
    COMMITTEE = "komite", _("Komite")
    LOCAL_OFFICE = "perangkat_daerah", _("Perangkat daerah")
    LOCAL_FIRM = "bumd", _("BUMD")
    OTHER = "lain", _("Lainnya")


class AgreementKind(models.TextChoices):
    """What was signed (DOMAIN 3.3 and 3.4)."""

    MOU = "mou", _("Nota kesepahaman")
    SKB = "skb", _("Surat keputusan bersama")
    PKS = "pks", _("Perjanjian kerja sama")
    ADDENDUM = "addendum", _("Adendum")


class AgreementStanding(models.TextChoices):
    """Whether an agreement holds on a day; read off its dates, never stored."""

    FUTURE = "future", _("Belum berlaku")
    ACTIVE = "active", _("Berlaku")
    ENDING = "ending", _("Segera berakhir")
    EXPIRED = "expired", _("Berakhir")

    @property
    def tone(self) -> Tone:
        """Return how it is shown."""
        return _STANDING_TONES[self]


class ServiceChannel(models.TextChoices):
    """How a service reaches people (DOMAIN 7)."""

    DIRECT = "direct", _("Langsung")
    MOBILE = "mobile", _("Bergerak")
    SELF_SERVICE = "self", _("Mandiri")
    ELECTRONIC = "electronic", _("Elektronik")


class Weekday(models.IntegerChoices):
    """The days of the week as ISO 8601 numbers them."""

    MONDAY = 1, _("Senin")
    TUESDAY = 2, _("Selasa")
    WEDNESDAY = 3, _("Rabu")
    THURSDAY = 4, _("Kamis")
    FRIDAY = 5, _("Jumat")
    SATURDAY = 6, _("Sabtu")
    SUNDAY = 7, _("Minggu")


class PledgeStanding(models.TextChoices):
    """What became of a pledge by a day; computed, never typed."""

    KEPT = "kept", _("Ditepati")
    SLIPPED = "slipped", _("Bergeser")
    LATE = "late", _("Terlambat")
    NOT_YET_DUE = "not_yet_due", _("Belum jatuh tempo")

    @property
    def tone(self) -> Tone:
        """Return how it is shown."""
        return _PLEDGE_TONES[self]


class PresenceLevel(models.TextChoices):
    """How far an institution has come at a site, from nothing to services live."""

    NOTHING = "nothing", _("Belum ada")
    SIGNED = "signed", _("PKS ditandatangani")
    STAFFED = "staffed", _("Gerai terisi")
    LIVE = "live", _("Layanan berjalan")

    @property
    def tone(self) -> Tone:
        """Return how it is shown."""
        return _LEVEL_TONES[self]

    @property
    def meaning(self) -> str:
        """Return what it says, for a legend."""
        return str(_LEVEL_MEANINGS[self])


_STANDING_TONES = {
    AgreementStanding.FUTURE: Tone.PROMISED,
    AgreementStanding.ACTIVE: Tone.DONE,
    AgreementStanding.ENDING: Tone.UNDERWAY,
    AgreementStanding.EXPIRED: Tone.HALTED,
}
_PLEDGE_TONES = {
    PledgeStanding.KEPT: Tone.DONE,
    PledgeStanding.SLIPPED: Tone.UNDERWAY,
    PledgeStanding.LATE: Tone.HALTED,
    PledgeStanding.NOT_YET_DUE: Tone.PROMISED,
}
_LEVEL_TONES = {
    PresenceLevel.NOTHING: Tone.UNKNOWN,
    PresenceLevel.SIGNED: Tone.PROMISED,
    PresenceLevel.STAFFED: Tone.NEAR,
    PresenceLevel.LIVE: Tone.DONE,
}
_LEVEL_MEANINGS = {
    PresenceLevel.NOTHING: _("gerai instansi lain tercatat di MPP itu, gerai instansi ini tidak terisi"),
    PresenceLevel.SIGNED: _("PKS berlaku, gerainya tidak terisi atau belum ada data"),
    PresenceLevel.STAFFED: _("gerai dibuka dan berpetugas, layanannya belum ada data"),
    PresenceLevel.LIVE: _("gerai dibuka dan berpetugas, layanannya tercatat"),
}
