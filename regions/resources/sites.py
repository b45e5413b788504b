"""Which columns has a file of MPPs, and how does a row become one?"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from regions.models import Site
from regions.resources.base import Kind
from regions.resources.cells import Cell, Number, YesNo
from regions.resources.columns import Column, RegencyCode, RegencyName
from regions.services.work import save_site


class SiteKind(Kind):
    """MPPs, apart from their ledgers."""

    NAME = "mpp"
    TITLE = _("MPP")
    ABOUT = _("Satu baris satu MPP: nama, tempat, dan penyelenggaranya. Tahap dan statusnya di berkas lain.")
    MODEL = Site
    COUNTS = True
    FOR_OFFICERS = True

    code = RegencyCode()
    regency_name = RegencyName()
    name = Column("nama_mpp", "name", Cell(150), about=_("Nama MPP, misalnya MPP Kabupaten Ponorogo."), required=True)
    organiser = Column("penyelenggara", "organiser", Cell(150), about=_("Biasanya DPMPTSP."))
    address = Column("alamat", "address", Cell(1000), about=_("Alamat lengkap."))
    latitude = Column(
        "lintang", "latitude", Number(places=6, groups=False), about=_("Derajat WGS 84; selatan negatif.")
    )
    longitude = Column("bujur", "longitude", Number(places=6, groups=False), about=_("Derajat WGS 84."))
    building = Column("gedung", "building", Cell(150), about=_("Nama gedung."))
    is_branch = Column("cabang", "is_branch", YesNo(), about=_("ya untuk mini MPP; cabang tidak dihitung."))

    def rows(self) -> models.QuerySet[Any]:
        """Return the MPPs on the turf."""
        return Site.objects.editable_by(self.by).select_related("regency").order_by("regency__code", "pk")

    def same(self, row: Any) -> Any:
        """Return the MPP of that name in its regency."""
        return self.rows().filter(regency=row.regency, name__iexact=row.name).first()

    def key(self, row: Any) -> Any:
        """Return regency and name."""
        return row.regency_id, row.name.casefold()

    def keep(self, row: Any, *, before: Any) -> Any:
        """Keep a row as the work room does."""
        return save_site(row, by=self.by)
