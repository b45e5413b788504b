"""Which columns does a file have, what goes into each, and which regency or MPP does a row name?"""

import re
from collections.abc import Iterable
from datetime import date, time
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from regions.choices import DatePrecision
from regions.models import Regency, Site
from regions.resources.cells import CLEARED, Cell, CellError, Day, nearest, text_in, unknown
from regions.spelling import Named, Nearness, matches, spelling_of

if TYPE_CHECKING:
    from regions.resources.base import Kind

_CODE = re.compile(r"\d\d\.\d\d")
# With a colon: a spreadsheet that parts hours by a point takes "35.02" for a duration.
_NUMBER = re.compile(r"(\d\d)[.,:]?(\d{1,2})")


class Column(Field):
    """One column of a file: the same when it is written and when it is read."""

    def __init__(
        self,
        column_name: str,
        attribute: str,
        cell: Cell | None = None,
        *,
        about: str | Promise,
        required: bool = False,
    ) -> None:
        self.cell = cell or Cell()
        super().__init__(attribute=attribute, column_name=column_name, widget=self.cell)
        self.about = about
        self.required = required

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        """Have a row take what its cell says; an empty one leaves what is recorded."""
        typed = text_in(row.get(self.column_name))
        if not typed:
            if self.required and not instance.pk:
                raise CellError(_("wajib diisi"))
            return
        if typed.casefold() == CLEARED:
            if self.required:
                raise CellError(_("wajib diisi"))
            self.put(instance, self.cell.empty)
            return
        self.put(instance, self.read(row[self.column_name], instance=instance, row=row, kind=kwargs["kind"]))

    def read(self, value: Any, *, instance: Any, row: dict[str, Any], kind: "Kind") -> Any:
        """Return what a cell that is not empty says."""
        return self.cell.clean(value, row=row)

    def put(self, instance: Any, value: Any) -> None:
        """Have a row hold a value."""
        setattr(instance, self.attribute, value)

    def export(self, instance: Any, **kwargs: Any) -> Any:
        """Return what stands in the cell of a row."""
        return self.cell.render(self.get_value(instance))

    def choices(self, kind: "Kind") -> Iterable[str]:
        """Return what a person chooses from."""
        return self.cell.list


class PartialDay(Column):
    """A day that may be known only to its month or year; its precision is a field of the row."""

    def __init__(self, column_name: str, attribute: str, *, about: str | Promise) -> None:
        super().__init__(column_name, attribute, Day(partial=True), about=about, required=True)

    def put(self, instance: Any, value: Any) -> None:
        """Have a row hold a day and how exactly it is known."""
        day, precision = value
        setattr(instance, self.attribute, day)
        instance.date_precision = DatePrecision(precision)

    def get_value(self, instance: Any) -> Any:
        """Return the day with its precision."""
        return getattr(instance, self.attribute), instance.date_precision


class RegencyCode(Column):
    """The code of a regency within the importer's turf; one that a spreadsheet damaged is proposed whole."""

    def __init__(self, attribute: str = "regency", *, required: bool = True) -> None:
        about = gettext_lazy("Kode Kemendagri, dua angka, titik, dua angka, ditulis sebagai teks: 11.10, bukan 11.1.")
        super().__init__("kode_wilayah", attribute, about=about, required=required)

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        """Have a row be about the regency that its code, or else its name, means."""
        kind: Kind = kwargs["kind"]
        code, name = row.get(self.column_name), text_in(row.get(RegencyName.COLUMN))
        if not text_in(code):
            if name:
                return
            super().save(instance, row, is_m2m, **kwargs)
            return
        regency = self._regency(code, kind)
        if name and not _is_called(regency, name, kind):
            reason = _("“%(code)s” adalah kode %(regency)s, sedangkan namanya “%(name)s”")
            raise CellError(reason % {"code": regency.code, "regency": regency.name, "name": name[:80]})
        self.put(instance, regency)

    def export(self, instance: Any, **kwargs: Any) -> Any:
        """Return the code."""
        regency = self.get_value(instance)
        return regency.code if regency is not None else ""

    def choices(self, kind: "Kind") -> Iterable[str]:
        """Return the codes on the turf."""
        return sorted(str(each.key) for each in kind.named_regencies)

    @staticmethod
    def _regency(value: Any, kind: "Kind") -> Regency:
        typed = text_in(value)
        if (isinstance(value, str) and _CODE.fullmatch(typed)) or (isinstance(value, float) and _CODE.fullmatch(typed)):
            if (known := kind.regency_by_code(typed)) is not None:
                return known
            raise CellError(_("“%(value)s” tidak dikenal, atau bukan wilayah kerja Anda") % {"value": typed})
        for code in _whole_codes(value, typed):
            if kind.regency_by_code(code) is not None:
                reason = _("“%(value)s” bukan kode yang lengkap; Excel membuang nol atau mengubahnya menjadi tanggal")
                raise CellError(reason % {"value": typed[:40]}, proposal=code)
        raise CellError(
            _("“%(value)s” tidak dikenal, atau bukan wilayah kerja Anda") % {"value": typed[:40]},
            hint=_("misalnya 11.10"),
        )


class RegencyName(Column):
    """The name of a regency: what its code is checked by, and what it is found by without one."""

    COLUMN = "nama_wilayah"

    def __init__(self, attribute: str = "regency") -> None:
        about = gettext_lazy("Nama kabupaten/kota. Boleh tanpa kode; ejaan yang hampir sama diusulkan.")
        super().__init__(self.COLUMN, attribute, about=about)

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        """Have a row be about the regency of that name, where it says no code."""
        if text_in(row.get(self.column_name)) and not text_in(row.get("kode_wilayah")):
            self.put(instance, self._named(text_in(row[self.column_name]), kwargs["kind"]))

    def export(self, instance: Any, **kwargs: Any) -> Any:
        """Return the name."""
        regency = self.get_value(instance)
        return regency.name if regency is not None else ""

    def choices(self, kind: "Kind") -> Iterable[str]:
        """Return the names on the turf, in the order of their codes."""
        return [each.names[0] for each in sorted(kind.named_regencies, key=lambda each: str(each.key))]

    @staticmethod
    def _named(typed: str, kind: "Kind") -> Regency:
        found = [match for match in matches(typed, kind.named_regencies) if match.is_kind_meant]
        same = [match for match in found if match.nearness == Nearness.SAME]
        meant = same or found
        if len(same) == 1 and (regency := kind.regency_by_code(str(same[0].key))) is not None:
            return regency
        if not meant:
            raise CellError(_("“%(value)s” tidak dikenal, atau bukan wilayah kerja Anda") % {"value": typed[:80]})
        names = [regency.name for match in meant[:4] if (regency := kind.regency_by_code(str(match.key)))]
        if len(meant) > 1 and (same or meant[0].rank[:3] == meant[1].rank[:3]):
            reason = _("“%(value)s” dapat berarti %(names)s")
            raise CellError(reason % {"value": typed[:80], "names": ", ".join(names)}, hint=_("isi kode_wilayah"))
        raise CellError(unknown(typed), proposal=names[0])


class SiteName(Column):
    """An MPP of the row's regency, by name; where the regency has only one it may be left out."""

    def __init__(self) -> None:
        about = gettext_lazy("Nama MPP seperti yang tercatat. Boleh kosong bila wilayah itu hanya mempunyai satu MPP.")
        super().__init__("nama_mpp", "site", about=about, required=True)

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        """Have a row be about the MPP that is meant; its regency was read before."""
        kind: Kind = kwargs["kind"]
        regency = instance.regency_meant
        if regency is None:
            # What the row says of its regency is wrong, and said so.
            return
        sites = kind.sites_of(regency)
        typed = text_in(row.get(self.column_name))
        if not typed and instance.site_id:
            if instance.site.regency_id != regency.pk:
                # A number of another row, or a code of another: which of the two is meant, nobody knows.
                raise CellError(_("nomor ini tentang %(site)s") % {"site": instance.site}, hint=_("isi nama_mpp"))
            return
        if not typed:
            main = [site for site in sites if not site.is_branch]
            if len(main) != 1:
                raise CellError(
                    _("wajib diisi: wilayah ini mempunyai %(count)d MPP") % {"count": len(main)},
                    hint=", ".join(site.name for site in sites[:4]),
                )
            self.put(instance, main[0])
            return
        self.put(instance, self._named(typed, regency, sites))

    def export(self, instance: Any, **kwargs: Any) -> Any:
        """Return the name."""
        return str(self.get_value(instance) or "")

    def choices(self, kind: "Kind") -> Iterable[str]:
        """Return the names of the MPPs on the turf."""
        return sorted(site.name for sites in kind.sites.values() for site in sites)

    @staticmethod
    def _named(typed: str, regency: Regency, sites: list[Site]) -> Site:
        by_name = {site.name.casefold(): site for site in sites}
        if (known := by_name.get(typed.casefold())) is not None:
            return known
        named = [Named(site.name, (site.name,)) for site in sites]
        near = nearest(typed.casefold(), by_name)
        found = matches(typed, named)
        proposal = by_name[near].name if near else str(found[0].key) if len(found) == 1 else ""
        reason = _("%(regency)s tidak mempunyai MPP bernama “%(value)s”")
        raise CellError(
            reason % {"regency": regency.name, "value": typed[:80]},
            proposal=proposal,
            hint=_("daftarkan MPP-nya dahulu, dengan berkas jenis MPP") if not sites else "",
        )


class SitesRegency(RegencyCode):
    """The code of the regency in which a row's MPP lies."""

    def __init__(self) -> None:
        super().__init__("regency_meant")

    def get_value(self, instance: Any) -> Any:
        """Return the regency of the row's MPP."""
        return instance.site.regency if instance.site_id else None


class SitesRegencyName(RegencyName):
    """The name of the regency in which a row's MPP lies."""

    def __init__(self) -> None:
        super().__init__("regency_meant")

    def get_value(self, instance: Any) -> Any:
        """Return the regency of the row's MPP."""
        return instance.site.regency if instance.site_id else None


def _is_called(regency: Regency, name: str, kind: "Kind") -> bool:
    """Return whether a regency has that name; a city and the regency around it often share all but the first word."""
    said, own = spelling_of(name), spelling_of(regency.name).kinds
    if (said.kinds & {"kabupaten", "kota"}) - own:
        return False
    return any(said.closed == spelling_of(each).closed for each in kind.names_of(regency))


def _whole_codes(value: Any, typed: str) -> list[str]:
    """Return which codes a spreadsheet may have made this of, the likeliest first."""
    if isinstance(value, time):
        return [f"{value.hour:02}.{value.minute:02}"]
    if isinstance(value, date):
        return [f"{value.day:02}.{value.month:02}"]
    if found := _NUMBER.fullmatch(typed):
        first, second = found.groups()
        return [f"{first}.{second}"] if len(second) == 2 else [f"{first}.{second}0", f"{first}.0{second}"]
    return []
