"""Which provinces, regencies, moves and spellings does the reference data name?

Every loader raises `BrokenFileError` with all that is wrong; the caller rolls its transaction back.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mpp_tracker.lib.csvfile import CsvFile, Row
from mpp_tracker.lib.reference import Tally, sync
from regions.choices import IslandGroup, RegencyKind
from regions.models import FormerProvince, Province, Regency, RegencyAlias

REGENCY_CODE = r"\d\d\.\d\d"


def load_provinces(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `provinces.csv`: 38 provinces, four of them split from another."""

    def values(row: Row, known: dict[str, Province]) -> Mapping[str, Any]:
        return {
            "code": row.matching("code", r"\d\d", _("kode provinsi dua angka, misalnya 35")),
            "name": row.text("name", required=True),
            "island_group": row.one_of("island_group", IslandGroup.values),
            "established_on": row.day("established_on"),
            "legal_basis": row.text("legal_basis"),
            "split_from": row.found("split_from", known, required=False),
        }

    file = CsvFile(path, ["code", "name", "island_group", "established_on", "legal_basis", "split_from"])
    return _load_parents_first(file, Province, "split_from", provinces_by_code, values, overwrite=overwrite)


def load_regencies(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `regencies.csv`: 514 second-level areas and Jakarta as a whole."""
    provinces = provinces_by_code()

    def values(row: Row, known: dict[str, Regency]) -> Mapping[str, Any]:
        return {
            "code": row.matching("code", REGENCY_CODE, _("kode kabupaten/kota, misalnya 11.10")),
            "province": row.found("province_code", provinces),
            "kind": row.one_of("kind", RegencyKind.values),
            "name": row.text("name", required=True),
            "is_autonomous": row.boolean("is_autonomous"),
            "seat_latitude": row.decimal("seat_latitude"),
            "seat_longitude": row.decimal("seat_longitude"),
            "served_by": row.found("served_by", known, required=False),
        }

    columns = [
        "code",
        "province_code",
        "kind",
        "name",
        "is_autonomous",
        "seat_latitude",
        "seat_longitude",
        "served_by",
    ]
    file = CsvFile(path, columns)
    return _load_parents_first(file, Regency, "served_by", regencies_by_code, values, overwrite=overwrite)


def load_former_provinces(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `former_provinces.csv`: which regency was where until which day."""
    regencies, provinces = regencies_by_code(), provinces_by_code()

    def values(row: Row) -> Mapping[str, Any]:
        return {
            "regency": row.found("regency_code", regencies),
            "former_code": row.matching("former_code", REGENCY_CODE, _("kode kabupaten/kota, misalnya 91.01")),
            "province": row.found("former_province_code", provinces),
            "until": row.day("until", required=True),
            "legal_basis": row.text("legal_basis", required=True),
        }

    file = CsvFile(path, ["regency_code", "former_code", "former_province_code", "until", "legal_basis"])
    return _load(file, list(file), FormerProvince, ["regency", "until"], values, overwrite=overwrite)


def load_aliases(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `regency_aliases.csv`: spellings met in print."""
    regencies = regencies_by_code()

    def values(row: Row) -> Mapping[str, Any]:
        return {"regency": row.found("regency_code", regencies), "alias": row.text("alias", required=True)}

    file = CsvFile(path, ["regency_code", "alias"])
    return _load(file, list(file), RegencyAlias, ["alias"], values, overwrite=overwrite)


def provinces_by_code() -> dict[str, Province]:
    """Return every province under its code."""
    return {province.code: province for province in Province.objects.all()}


def regencies_by_code() -> dict[str, Regency]:
    """Return every regency under its code."""
    return {regency.code: regency for regency in Regency.objects.prefetch_related("aliases")}


def named_regency(
    row: Row, regencies: dict[str, Regency], *, code: str = "regency_code", name: str = "regency_name"
) -> Regency | None:
    """Return the regency that a row names by code and by name.

    A row whose code and name are of two regencies is refused: one digit would put an entry into the wrong one.
    """
    regency, said = row.found(code, regencies), row.text(name, required=True)
    if regency is not None and said:
        spellings = {regency.name, *(alias.alias for alias in regency.aliases.all())}
        if said.casefold() not in {spelling.casefold() for spelling in spellings}:
            reason = _("“%(name)s” bukan nama %(code)s, yaitu %(regency)s")
            row.fault(name, reason % {"name": said, "code": regency.code, "regency": regency.name})
    return regency


def _load(
    file: CsvFile,
    rows: list[Row],
    model: Any,
    key: list[str],
    values: Callable[[Row], Mapping[str, Any]],
    *,
    overwrite: bool,
) -> Tally:
    wanted = [(row, values(row)) for row in rows]
    file.stop_if_broken()
    tally = sync(model, key, wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally


def _load_parents_first(
    file: CsvFile,
    model: Any,
    parent: str,
    by_code: Callable[[], dict[str, Any]],
    values: Callable[..., Mapping[str, Any]],
    *,
    overwrite: bool,
) -> Tally:
    """Load rows without a parent, then those that name one, so that order within the file does not matter."""
    rows = list(file)
    file.stop_if_broken()
    tally = Tally()
    for has_parent in (False, True):
        generation = [row for row in rows if bool(row.text(parent)) is has_parent]
        known = by_code()
        tally += _load(file, generation, model, ["code"], partial(values, known=known), overwrite=overwrite)
    return tally
