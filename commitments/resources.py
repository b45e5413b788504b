"""Which columns have files of counters with their services, of pledges and of institutions?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from commitments.choices import InstitutionKind as Kinds
from commitments.choices import ServiceChannel, Weekday
from commitments.models import Institution, Pledge, Presence, Service
from commitments.nicknames import INSTITUTIONS
from commitments.pasted import MAX_NAME, MAX_SERVICES
from commitments.services.presence import ServiceLine, report_presence
from mpp_tracker.lib.sheets import Formula
from regions.choices import EntryChannel, RowOutcome
from regions.models.imports import Cells, Finding, Made, Problem
from regions.resources.base import NOTE_ABOUT, NUMBER, SOURCE_ABOUT, Kind
from regions.resources.cells import (
    CLEARED,
    Cell,
    CellError,
    Choice,
    Day,
    Number,
    YesNo,
    formula,
    nearest,
    text_in,
    tidy,
    unknown,
)
from regions.resources.columns import (
    Column,
    PartialDay,
    RegencyCode,
    RegencyName,
    SiteName,
    SitesRegency,
    SitesRegencyName,
)
from regions.resources.entries import DAY_ABOUT, SiteLedgerKind
from regions.services.ledger import verify
from regions.services.records import save_record

_RANGE = ("s.d.", "s/d", "sampai", "\N{EN DASH}", "-")


class Days(Cell):
    """A cell with days of the week: "Senin, Selasa" or "Senin-Jumat"."""

    def __init__(self) -> None:
        super().__init__()
        self.empty = []
        with override(settings.LANGUAGE_CODE):
            self._names = {day: str(day.label) for day in Weekday}
        self._days = {name.casefold(): day for day, name in self._names.items()} | {"jum'at": Weekday.FRIDAY}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[int]:
        """Return the days, Monday first.

        Raises:
            CellError: a word is no day, or days that are no span of the week are joined.
        """
        text = text_in(value).casefold()
        for sign in _RANGE:
            text = text.replace(sign, "-")
        days: set[int] = set()
        for part in text.replace(";", ",").replace(" dan ", ",").replace("\n", ",").split(","):
            ends = [self._day(word.strip()) for word in part.split("-") if word.strip()]
            if len(ends) > 2 or sorted(ends) != ends:
                raise CellError(
                    _("“%(value)s” bukan rentang hari") % {"value": part.strip()[:40]}, hint=_("misalnya Senin-Jumat")
                )
            if ends:
                days |= set(range(ends[0], ends[-1] + 1))
        return sorted(days)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the names, each by itself."""
        return ", ".join(self._names[Weekday(day)] for day in sorted(value or []))

    def _day(self, word: str) -> int:
        if word in self._days:
            return self._days[word]
        near = nearest(word, self._days)
        raise CellError(
            _("“%(value)s” bukan nama hari") % {"value": word[:40]},
            hint=self._names[self._days[near]] if near else _("misalnya Senin-Jumat"),
        )


class InstitutionColumn(Column):
    """An institution, by its abbreviation, its name, or how people call it."""

    def read(self, value: Any, *, instance: Any, row: Cells, kind: Any) -> Institution:
        """Return the institution that is meant."""
        typed = text_in(value)
        known = kind.institutions
        if (found := known.get(typed.casefold())) is not None:
            return found
        near = nearest(typed.casefold(), known)
        raise CellError(unknown(typed), proposal=known[near].abbreviation if near else "")

    def export(self, instance: Any, **kwargs: Any) -> str:
        """Return the abbreviation."""
        return str(self.get_value(instance) or "")

    def choices(self, kind: Any) -> Iterable[str]:
        """Return the abbreviations."""
        return sorted({each.abbreviation for each in kind.institutions.values()})


class KnowsInstitutions:
    """What a kind knows whose rows name institutions."""

    @cached_property
    def institutions(self) -> dict[str, Institution]:
        """The institutions by all their names; an abbreviation goes before a nickname."""
        everyone = list(Institution.objects.all())
        named: dict[str, Institution] = {}
        for each in everyone:
            for name in (*INSTITUTIONS.get(each.abbreviation, ()), each.name):
                named.setdefault(name.casefold(), each)
        return named | {each.abbreviation.casefold(): each for each in everyone}


class LineColumn(Column):
    """A column of which each row of a counter has its own: a service."""

    def save(self, instance: Any, row: Cells, is_m2m: bool = False, **kwargs: Any) -> None:
        """Leave the counter alone: its services are gathered from all its rows."""

    def read_line(self, value: Any) -> Any:
        """Return what a cell that is not empty says of a service.

        Raises:
            CellError: it says nothing of the kind.
        """
        if isinstance(value, Formula):
            raise CellError(formula())
        if text_in(value).casefold() == CLEARED:
            raise CellError(_("tidak dapat dikosongkan"))
        return self.cell.clean(value)

    def export(self, instance: Any, **kwargs: Any) -> str:
        """Return nothing: `PresenceKind.table` writes the services."""
        return ""


class PresenceKind(KnowsInstitutions, SiteLedgerKind):
    """Counters of institutions with their services, one service a row."""

    NAME = "layanan"
    TITLE = gettext_lazy("Gerai dan layanan")
    ABOUT = gettext_lazy(
        "Satu baris satu layanan di satu gerai. Baris gerai yang sama digabung; layanan yang tidak disebut tetap ada."
    )
    MODEL = Presence
    LINES = ("layanan", "cara", "izin")

    code = SitesRegency()
    regency_name = SitesRegencyName()
    site = SiteName()
    institution = InstitutionColumn(
        "instansi", "institution", about=gettext_lazy("Singkatan instansi, misalnya ATR/BPN."), required=True
    )
    opened_on = Column("dibuka", "counter_opened_on", Day(), about=gettext_lazy("Gerai dibuka pada."), required=True)
    closed_on = Column("ditutup", "counter_closed_on", Day(), about=gettext_lazy("Kosong: masih dibuka."))
    service_days = Column("hari", "service_days", Days(), about=gettext_lazy("Senin-Jumat, atau Senin, Rabu."))
    staff = Column("petugas", "staff", Number(), about=gettext_lazy("Jumlah petugas; kosong: belum diketahui."))
    counters = Column("loket", "counters", Number(), about=gettext_lazy("Jumlah loket; kosong: belum diketahui."))
    service = LineColumn("layanan", "name", Cell(MAX_NAME), about=gettext_lazy("Nama satu layanan."))
    channel = LineColumn("cara", "channel", Choice(ServiceChannel), about=gettext_lazy("Cara layanan diberikan."))
    is_licence = LineColumn("izin", "is_licence", YesNo(), about=gettext_lazy("ya bila layanan perizinan."))
    source_url = Column("sumber", "source_url", Cell(500), about=SOURCE_ABOUT)
    note = Column("catatan", "note", Cell(5000), about=NOTE_ABOUT)

    # --- Reading ---------------------------------------------------------------------------------------

    def findings(self, rows: Iterable[tuple[int, Cells]]) -> Iterator[Finding]:
        """Do what rows say, those of one counter together; yield what each did."""
        for group in self._counters(rows):
            yield from self._take_counter(group)

    def _counters(self, rows: Iterable[tuple[int, Cells]]) -> list[list[tuple[int, Cells]]]:
        """Return the rows of each counter, as they say themselves which that is."""
        says = (NUMBER, "kode_wilayah", "nama_wilayah", "nama_mpp", "instansi", "dibuka")
        groups: dict[tuple[str, ...], list[tuple[int, Cells]]] = {}
        for number, cells in rows:
            agreed = self._agreed(cells)
            key = tuple(text_in(agreed.get(title)).casefold() for title in says)
            groups.setdefault(key, []).append((number, agreed))
        return list(groups.values())

    def _take_counter(self, group: list[tuple[int, Cells]]) -> Iterator[Finding]:
        first, facts = group[0]
        self._said: dict[int, dict[str, Any]] = {}
        self._lines: dict[int, _Line] = {}
        self._wrong: dict[int, list[Problem]] = {}
        for number, cells in group:
            if faults := self._read_line(number, cells, facts):
                self._wrong[number] = faults
        found = self.take(first, facts)
        if self._wrong or found.outcome == RowOutcome.WRONG:
            yield from self._all_wrong(group, found)
            return
        for number, _cells in group:
            yield self._of_line(number, found)

    def _of_line(self, number: int, found: Finding) -> Finding:
        """Return what a row did: its service, and the first of a counter also what the counter's facts became."""
        line = self._lines.get(number, _Line())
        about = self._about_line(number, found)
        if number != found.number:
            return replace(found, number=number, about=about, outcome=line.outcome, changes=line.changes, made=None)
        if found.outcome == RowOutcome.CHANGED and not found.changes:
            return replace(found, about=about, outcome=line.outcome, changes=line.changes)
        return replace(found, about=about, changes=(*found.changes, *line.changes))

    def _about_line(self, number: int, found: Finding) -> str:
        name = self._said.get(number, {}).get("name", "")
        return ": ".join(filter(None, (found.about, name)))[:200]

    def _all_wrong(self, group: list[tuple[int, Cells]], found: Finding) -> Iterator[Finding]:
        for number, _cells in group:
            own = [*(found.problems if number == found.number else ()), *self._wrong.get(number, ())]
            if not own:
                own = [Problem("", "", _("ada kesalahan pada baris lain gerai ini"))]
            told = tuple(dict.fromkeys(own))
            yield Finding(number, RowOutcome.WRONG, self._about_line(number, found), told, (), None)

    def _read_line(self, number: int, cells: Cells, facts: Cells) -> list[Problem]:
        """Read a row's service, and refuse a row that says other things of its counter than the first."""
        faults = [
            Problem(title, text_in(value)[:200], _("berbeda dari baris pertama gerai ini"))
            for title, value in cells.items()
            if title not in (*self.LINES, "kesalahan")
            and text_in(value)
            and text_in(value) != text_in(facts.get(title))
        ]
        said: dict[str, Any] = {}
        for column in self.columns():
            value = cells.get(column.column_name)
            if isinstance(column, LineColumn) and text_in(value):
                try:
                    said[column.attribute] = column.read_line(value)
                except CellError as error:
                    typed = text_in(value)[:200]
                    faults.append(Problem(column.column_name, typed, error.reason, error.proposal, error.hint))
        if not faults and said and not said.get("name"):
            faults.append(Problem("layanan", "", _("wajib diisi")))
        if not faults and said:
            self._said[number] = said
        return faults

    def after_init_instance(self, instance: Any, new: bool, row: Cells, **kwargs: Any) -> None:
        """Remember which services the counter has, and what the file's rows make of them."""
        super().after_init_instance(instance, new, row, **kwargs)
        services = () if new else map(ServiceLine.of, instance.services.all())
        recorded = {_same_service(line): line for each in services for line in [replace(each, name=tidy(each.name))]}
        meant = dict(recorded)
        rows: dict[tuple[str, str], int] = {}
        for number, said in self._said.items():
            try:
                line = _line(said, recorded.values())
            except CellError as error:
                self._wrong[number] = [Problem("cara", "", error.reason, hint=error.hint)]
                continue
            key = _same_service(line)
            if (first := rows.setdefault(key, number)) != number:
                self._wrong[number] = [
                    Problem("layanan", line.name, _("sudah ada pada baris %(row)d") % {"row": first})
                ]
            self._lines[number] = self._compared(line, recorded.get(key))
            meant[key] = line
        instance.services_meant = tuple(meant.values())

    def _compared(self, line: ServiceLine, before: ServiceLine | None) -> "_Line":
        if before is None:
            return _Line(RowOutcome.NEW)
        changes = tuple(
            (column.column_name, *(str(column.cell.render(getattr(each, column.attribute))) for each in (before, line)))
            for column in self.columns()
            if isinstance(column, LineColumn) and getattr(before, column.attribute) != getattr(line, column.attribute)
        )
        return _Line(RowOutcome.CHANGED if changes else RowOutcome.SAME, changes)

    def skip_row(self, instance: Any, original: Any, row: Cells, import_validation_errors: Any = None) -> bool:
        """Return whether all rows of a counter say what is recorded."""
        return super().skip_row(instance, original, row, import_validation_errors) and all(
            line.outcome == RowOutcome.SAME for line in self._lines.values()
        )

    def keep(self, row: Any, *, before: Any) -> Any:
        """Report a counter with its services."""
        self._services = getattr(row, "services_meant", ())
        if len(self._services) > MAX_SERVICES:
            raise ValidationError(_("Paling banyak %(most)d layanan untuk satu gerai.") % {"most": MAX_SERVICES})
        return super().keep(row, before=before)

    def take_back(self, made: Made, *, reason: str) -> None:
        """Withdraw a counter, or say its former services once more."""
        corrected = Presence.objects.filter(corrections=made.key).first()
        self._services = tuple(map(ServiceLine.of, corrected.services.all())) if corrected is not None else ()
        super().take_back(made, reason=reason)

    def _remove(self, row: Any) -> None:
        row.services.all().delete()
        super()._remove(row)

    def _enter(self, entry: Any) -> Any:
        channel = EntryChannel.IMPORT if self.turf.is_editor else EntryChannel.REPORT
        services = () if entry.withdraws else self._services
        reported = report_presence(entry, services=services, by=self.by, channel=channel)
        return verify(reported, by=self.by) if self.turf.is_editor else reported

    # --- Writing ---------------------------------------------------------------------------------------

    def rows(self) -> QuerySet[Any]:
        """Return the counters in force on the turf."""
        return super().rows().select_related("site__regency", "institution").prefetch_related("services")

    def table(self) -> Iterator[list[Any]]:
        """Yield a row for each service; a counter without services has one."""
        columns = self.columns()
        places = {column.attribute: place for place, column in enumerate(columns, 1) if isinstance(column, LineColumn)}
        for counter in self.rows().iterator(chunk_size=1000):
            facts = [self.number(counter), *(column.export(counter) for column in columns)]
            services: list[Service] = list(counter.services.all())
            if not services:
                yield facts
            for service in services:
                cells = list(facts)
                for attribute, place in places.items():
                    cells[place] = columns[place - 1].cell.render(getattr(service, attribute))
                yield cells


@dataclass(frozen=True)
class _Line:
    """What one row does to the services of its counter."""

    outcome: RowOutcome = RowOutcome.SAME
    changes: tuple[tuple[str, str, str], ...] = ()


def _line(said: dict[str, Any], recorded: Iterable[ServiceLine]) -> ServiceLine:
    """Return the service that a row means, with what it leaves out as recorded.

    Raises:
        CellError: the counter gives that service in several ways, and the row says none.
    """
    name, channel = said["name"].casefold(), said.get("channel")
    known = [each for each in recorded if each.name.casefold() == name and channel in (None, each.channel)]
    if len(known) > 1:
        ways = ", ".join(str(each.channel.label) for each in known)
        raise CellError(_("wajib diisi: layanan ini tercatat dengan %(count)d cara") % {"count": len(known)}, hint=ways)
    line = replace(known[0] if known else ServiceLine(name=""), **said)
    return replace(line, channel=ServiceChannel(line.channel))


def _same_service(line: ServiceLine) -> tuple[str, str]:
    return line.name.casefold(), line.channel


class RecordKind(Kind):
    """Records that editors keep."""

    def rows(self) -> QuerySet[Any]:
        """Return the records that may be changed."""
        editable: Any = self.MODEL._default_manager
        rows: QuerySet[Any] = editable.editable_by(self.by).order_by("pk")
        return rows

    def keep(self, row: Any, *, before: Any) -> Any:
        """Keep a row as the admin does."""
        return save_record(row, by=self.by)


class PledgeKind(RecordKind):
    """Promises of regencies; that one was put off is recorded beside it."""

    NAME = "janji"
    TITLE = gettext_lazy("Janji daerah")
    ABOUT = gettext_lazy("Satu baris satu janji satu kabupaten/kota. Perubahan janji dicatat di admin.")
    MODEL = Pledge

    code = RegencyCode()
    regency_name = RegencyName()
    pledged_on = Column("berjanji", "pledged_on", Day(), about=gettext_lazy("Tanggal janjinya."), required=True)
    due_on = PartialDay("paling_lambat", "due_on", about=DAY_ABOUT)
    source_url = Column(
        "dokumen", "source_url", Cell(500), about=gettext_lazy("Alamat surat komitmen, atau siaran pers.")
    )

    def rows(self) -> QuerySet[Any]:
        """Return all pledges."""
        return super().rows().select_related("regency").prefetch_related("regency__aliases")

    def same(self, row: Any) -> Any:
        """Return the pledge of the regency from that day."""
        return self.rows().filter(regency=row.regency, pledged_on=row.pledged_on).first()

    def key(self, row: Any) -> Any:
        """Return regency and day."""
        return row.regency_id, row.pledged_on


class InstitutionKind(KnowsInstitutions, RecordKind):
    """Ministries, agencies and firms."""

    NAME = "instansi"
    TITLE = gettext_lazy("Instansi")
    ABOUT = gettext_lazy("Satu baris satu instansi dengan satu nama; nama baru adalah baris baru yang meneruskannya.")
    MODEL = Institution

    abbreviation = Column("singkatan", "abbreviation", Cell(40), about=gettext_lazy("Singkatan resmi."), required=True)
    name = Column("nama", "name", Cell(200), about=gettext_lazy("Nama lengkap."), required=True)
    kind = Column("jenis", "kind", Choice(Kinds), about=gettext_lazy("Jenis instansi."), required=True)
    succeeded_by = InstitutionColumn(
        "diteruskan_oleh", "succeeded_by", about=gettext_lazy("Singkatan instansi penerusnya.")
    )
    valid_from = Column("ada_sejak", "valid_from", Day(), about=gettext_lazy("Kosong: sudah ada sejak dahulu."))
    valid_until = Column("ada_sampai", "valid_until", Day(), about=gettext_lazy("Kosong: masih ada."))

    def same(self, row: Any) -> Any:
        """Return the institution of that abbreviation."""
        return self.rows().filter(abbreviation__iexact=row.abbreviation).first()

    def key(self, row: Any) -> Any:
        """Return the abbreviation."""
        return row.abbreviation.casefold()

    def keep(self, row: Any, *, before: Any) -> Any:
        """Keep an institution; the name under which something was signed stays."""
        named = ("abbreviation", "name")
        is_renamed = before is not None and any(getattr(row, field) != getattr(before, field) for field in named)
        if is_renamed and row.is_referred_to:
            raise ValidationError(_("Perjanjian atau gerai merujuk nama ini; buat instansi baru sebagai penerusnya."))
        kept = super().keep(row, before=before)
        # The next row asks anew: its heir may by now have one.
        self.__dict__.pop("institutions", None)
        return kept
