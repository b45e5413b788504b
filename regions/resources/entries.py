"""Which columns have files of stages, operating statuses and assessments of readiness?"""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from regions.choices import OperatingStatus, ReadinessAspect, ReadinessLevel, Stage
from regions.models import Milestone, OperatingRecord, ReadinessAssessment
from regions.resources.base import NOTE_ABOUT, SOURCE_ABOUT, LedgerKind
from regions.resources.cells import Cell, Choice
from regions.resources.columns import (
    Column,
    PartialDay,
    RegencyCode,
    RegencyName,
    SiteName,
    SitesRegency,
    SitesRegencyName,
)
from regions.services.readiness import ASPECT_COLUMNS

DAY_ABOUT = _(
    "24 September 2025, 24/09/2025, atau 2025-09-24. Bila hanya bulan atau tahunnya diketahui: September 2025, 2025."
)


class SiteLedgerKind(LedgerKind):
    """Entries about an MPP, which a row names by its regency and name."""

    def init_instance(self, row: Any = None) -> Any:
        """Return an entry about no MPP yet."""
        entry = super().init_instance(row)
        entry.regency_meant = None
        return entry

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        """Return the recorded entry, which is about the regency of its MPP unless the row says otherwise."""
        entry = super().get_instance(instance_loader, row)
        if entry is not None:
            entry.regency_meant = entry.site.regency
        return entry


class MilestoneKind(SiteLedgerKind):
    """Stages that MPPs reached."""

    NAME = "tahap"
    TITLE = _("Capaian tahap")
    ABOUT = _("Satu baris satu tahap yang dicapai satu MPP. Baris yang diubah menjadi koreksi; yang lama tersimpan.")
    MODEL = Milestone
    COUNTS = True

    code = SitesRegency()
    regency_name = SitesRegencyName()
    site = SiteName()
    stage = Column("tahap", "stage", Choice(Stage), about=_("Tahap yang dicapai."), required=True)
    reached_on = PartialDay("tanggal", "reached_on", about=DAY_ABOUT)
    source_url = Column("sumber", "source_url", Cell(500), about=SOURCE_ABOUT)
    note = Column("catatan", "note", Cell(5000), about=NOTE_ABOUT)


class OperatingKind(SiteLedgerKind):
    """Whether MPPs serve the public."""

    NAME = "operasional"
    TITLE = _("Status operasional")
    ABOUT = _("Satu baris satu status operasional satu MPP, sejak tanggalnya sampai status berikutnya.")
    MODEL = OperatingRecord
    COUNTS = True

    code = SitesRegency()
    regency_name = SitesRegencyName()
    site = SiteName()
    status = Column("status", "status", Choice(OperatingStatus), about=_("Status operasional."), required=True)
    since = PartialDay("sejak", "since", about=DAY_ABOUT)
    source_url = Column("sumber", "source_url", Cell(500), about=SOURCE_ABOUT)
    note = Column("catatan", "note", Cell(5000), about=NOTE_ABOUT)


class ReadinessKind(LedgerKind):
    """How ready regencies are, aspect by aspect."""

    NAME = "kesiapan"
    TITLE = _("Penilaian kesiapan")
    ABOUT = _("Satu baris satu penilaian satu kabupaten/kota pada satu tanggal; aspek yang kosong belum diketahui.")
    MODEL = ReadinessAssessment

    code = RegencyCode()
    regency_name = RegencyName()
    assessed_on = PartialDay("tanggal", "assessed_on", about=DAY_ABOUT)
    commitment, proposal, building, budget, staff, regulation, institutions, network = (
        Column(
            ASPECT_COLUMNS[aspect],
            aspect.value,
            Choice(ReadinessLevel),
            about=_("Tingkat kesiapan; kosong bila belum ada data."),
        )
        for aspect in ReadinessAspect
    )
    source_url = Column("sumber", "source_url", Cell(500), about=SOURCE_ABOUT)
    note = Column("catatan", "note", Cell(5000), about=NOTE_ABOUT)

    def rows(self) -> QuerySet[Any]:
        """Return the assessments in force on the turf."""
        return super().rows().prefetch_related("regency__aliases")
