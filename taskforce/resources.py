"""Which columns have files of targets and of action items?"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.resources import InstitutionColumn, KnowsInstitutions
from regions.models import Province
from regions.models.imports import Cells
from regions.resources.base import NUMBER, Kind
from regions.resources.cells import Cell, CellError, Choice, Day, Number, YesNo, nearest, text_in, unknown
from regions.resources.columns import Column, RegencyCode, RegencyName, SiteName
from regions.services.records import save_record
from taskforce.choices import Priority, TargetMetric
from taskforce.models import ActionItem, Target
from taskforce.services.actions import change, plan


class ProvinceColumn(Column):
    """A province, by code or name; empty is the nation."""

    def __init__(self) -> None:
        about = gettext_lazy("Nama atau kode provinsi; kosong untuk seluruh Indonesia.")
        super().__init__("provinsi", "province", about=about)
        self.cell.empty = None

    def read(self, value: Any, *, instance: Any, row: Cells, kind: Any) -> Province:
        """Return the province that is meant."""
        typed = text_in(value)
        known = kind.provinces
        if (found := known.get(typed.casefold())) is not None:
            return found
        near = nearest(typed.casefold(), known)
        raise CellError(unknown(typed), proposal=known[near].name if near else "")

    def export(self, instance: Any, **kwargs: Any) -> str:
        """Return the name."""
        return str(self.get_value(instance) or "")

    def choices(self, kind: Any) -> Iterable[str]:
        """Return the names, by code."""
        return [each.name for each in sorted(set(kind.provinces.values()), key=lambda each: str(each.code))]


class KnowsProvinces:
    """What a kind knows whose rows name provinces."""

    @cached_property
    def provinces(self) -> dict[str, Province]:
        """The provinces by code and name."""
        return {name.casefold(): each for each in Province.objects.all() for name in (each.code, each.name)}


class TargetKind(KnowsProvinces, Kind):
    """What was to be reached by when."""

    NAME = "target"
    TITLE = gettext_lazy("Target")
    ABOUT = gettext_lazy("Satu baris satu target nasional atau provinsi; satu yang aktif untuk setiap tahun.")
    MODEL = Target

    province = ProvinceColumn()
    metric = Column("ukuran", "metric", Choice(TargetMetric), about=gettext_lazy("Yang diukur."), required=True)
    value = Column("nilai", "value", Number(places=1), about=gettext_lazy("Persen, atau jumlah unit."), required=True)
    deadline = Column("tenggat", "deadline", Day(), about=gettext_lazy("Tanggal tenggat."), required=True)
    set_on = Column("ditetapkan", "set_on", Day(), about=gettext_lazy("Tanggal ditetapkan."), required=True)
    set_by = Column("oleh", "set_by", Cell(150), about=gettext_lazy("Siapa yang menetapkan."), required=True)
    source = Column("sumber", "source", Cell(500), about=gettext_lazy("Dokumen atau alamatnya."), required=True)
    is_active = Column("aktif", "is_active", YesNo(), about=gettext_lazy("ya bila target ini yang berlaku."))

    def rows(self) -> QuerySet[Any]:
        """Return all targets."""
        return Target.objects.select_related("province").order_by("pk")

    def same(self, row: Any) -> Any:
        """Return the target of that place, measure and dates."""
        dates = {"deadline": row.deadline, "set_on": row.set_on}
        return self.rows().filter(province=row.province, metric=row.metric, **dates).first()

    def key(self, row: Any) -> Any:
        """Return place, measure and dates."""
        return row.province_id, row.metric, row.deadline, row.set_on

    def keep(self, row: Any, *, before: Any) -> Any:
        """Keep a row as the admin does."""
        return save_record(row, by=self.by)


class ItemRegency(RegencyCode):
    """The code of the regency that an item, or its MPP, is about."""

    def __init__(self) -> None:
        super().__init__("regency_meant", required=False)

    def get_value(self, instance: Any) -> Any:
        """Return the regency, of the MPP where there is one."""
        return instance.regency_meant


class ItemRegencyName(RegencyName):
    """The name of the regency that an item, or its MPP, is about."""

    def __init__(self) -> None:
        super().__init__("regency_meant")

    def get_value(self, instance: Any) -> Any:
        """Return the regency, of the MPP where there is one."""
        return instance.regency_meant


class ItemSite(SiteName):
    """The MPP that an item is about; without one it is about the whole regency."""

    def __init__(self) -> None:
        super().__init__()
        self.required = False
        self.about = gettext_lazy("Kosong bila rencana aksi tentang seluruh wilayah, bukan satu MPP.")

    def save(self, instance: Any, row: Cells, is_m2m: bool = False, **kwargs: Any) -> None:
        """Have an item be about an MPP, where one is named."""
        if text_in(row.get(self.column_name)):
            super().save(instance, row, is_m2m, **kwargs)


class ActionItemKind(KnowsInstitutions, KnowsProvinces, Kind):
    """What the task force has to do; how far it is is reported on its page."""

    NAME = "rencana-aksi"
    TITLE = gettext_lazy("Rencana aksi")
    ABOUT = gettext_lazy("Satu baris satu rencana aksi. Perkembangannya dilaporkan di halamannya.")
    MODEL = ActionItem

    title = Column("judul", "title", Cell(200), about=gettext_lazy("Apa yang harus dikerjakan."), required=True)
    description = Column("uraian", "description", Cell(5000), about=gettext_lazy("Uraian."))
    province = ProvinceColumn()
    code = ItemRegency()
    regency_name = ItemRegencyName()
    site = ItemSite()
    owner = InstitutionColumn(
        "penanggung_jawab", "owner", about=gettext_lazy("Singkatan instansi; kosong: daerah yang bersangkutan.")
    )
    decided_on = Column("ditetapkan", "decided_on", Day(), about=gettext_lazy("Kosong: hari ini."))
    due_on = Column("tenggat", "due_on", Day(), about=gettext_lazy("Tanggal tenggat."), required=True)
    priority = Column("prioritas", "priority", Choice(Priority), about=gettext_lazy("Kosong: biasa."))

    def init_instance(self, row: Any = None) -> Any:
        """Return an item about nothing yet."""
        item = super().init_instance(row)
        item.regency_meant = None
        return item

    def rows(self) -> QuerySet[Any]:
        """Return the items that may be changed."""
        items = ActionItem.objects.editable_by(self.by)
        return items.select_related("province", "regency", "site__regency", "owner").order_by("pk")

    def get_instance(self, instance_loader: Any, row: Cells) -> Any:
        """Return the recorded item with the regency that it, or its MPP, is about."""
        return _with_regency(super().get_instance(instance_loader, row))

    def _fill(self, instance: Any, row: Cells) -> None:
        super()._fill(instance, row)
        if not self._problems and instance.site_id and instance.site.regency != instance.regency_meant:
            reason = _("nomor ini tentang %(site)s") % {"site": instance.site}
            self._fault(NUMBER, row.get(NUMBER), reason, hint=_("isi nama_mpp"))
        instance.regency = None if instance.site_id else instance.regency_meant

    def same(self, row: Any) -> Any:
        """Return the item of that title about the same."""
        about = {"province": row.province, "regency": row.regency, "site": row.site, "owner": row.owner}
        return self.rows().filter(title__iexact=row.title, due_on=row.due_on, **about).first()

    def key(self, row: Any) -> Any:
        """Return title, deadline and what it is about."""
        return row.title.casefold(), row.due_on, row.province_id, row.regency_id, row.site_id, row.owner_id

    def keep(self, row: Any, *, before: Any) -> Any:
        """Plan an item, or plan it differently."""
        return plan(row, by=self.by) if before is None else change(row, by=self.by)

    def table(self) -> Any:
        """Yield the cells of every item."""
        for item in self.rows().iterator(chunk_size=1000):
            _with_regency(item)
            yield [self.number(item), *(column.export(item) for column in self.columns())]


def _with_regency(item: Any) -> Any:
    if item is not None:
        item.regency_meant = item.site.regency if item.site_id else item.regency
    return item
