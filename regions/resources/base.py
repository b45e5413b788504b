"""What does one row of a file do to the records of its kind, and what of a kind goes into a file?

A kind is a small class: its columns, how a row is found again, and the service that writes it. Everything else is here.
docs/decisions/0022-import.md tells how rows are tried and kept.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models.deletion import ProtectedError, RestrictedError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.resources import Resource
from import_export.results import RowResult

from accounts.models import User
from mpp_tracker.lib.constraints import refusals_in_words
from mpp_tracker.lib.history import version_of
from mpp_tracker.lib.sheets import Formula, Line, UnreadableFileError, plain
from regions.choices import EntryChannel, EntryState, RowOutcome
from regions.models import LedgerEntry, Regency, Site, turf_of
from regions.models.imports import Cells, Finding, Made, Problem
from regions.nicknames import REGENCIES
from regions.resources.cells import CellError, formula, nearest, text_in
from regions.resources.columns import Column, RegencyCode, RegencyName
from regions.services.ledger import report, verify
from regions.spelling import Named

NUMBER = "nomor"
"""The column by which a row of an export is known again."""
FAULTS = "kesalahan"
"""The column that files of errors have beside those of their kind; it is not read."""


class Kind(Resource):
    """Rows of one kind as a file brings them and takes them, for one person."""

    NAME: ClassVar[str]
    """What the kind is called in addresses and in names of files."""
    TITLE: ClassVar[Promise]
    ABOUT: ClassVar[Promise]
    """What a row is, in a sentence."""
    MODEL: ClassVar[type[models.Model]]
    COUNTS: ClassVar[bool] = False
    """Whether coverage can change by it."""
    FOR_OFFICERS: ClassVar[bool] = False
    do_not_call_in_templates = True
    """Pages show kinds, which are classes."""

    class Meta:
        skip_diff = True

    def __init__(self, by: User, accepted: Mapping[tuple[str, str], str] | None = None, source: str = "") -> None:
        super().__init__()
        self.by = by
        self.turf = turf_of(by)
        self.accepted = accepted or {}
        self.source = source
        """What the file is called, for the reason of a correction."""
        self._present: tuple[Column, ...] = self.columns()
        self._seen: dict[Any, int] = {}
        self._start()

    # --- What a kind says of itself ------------------------------------------------------------------

    @classmethod
    def is_open_to(cls, user: Any) -> bool:
        """Return whether `user` may import rows of this kind."""
        turf = turf_of(user)
        return turf.is_editor or (cls.FOR_OFFICERS and turf.is_officer)

    @classmethod
    def columns(cls) -> tuple[Column, ...]:
        """Return the columns in the order of a file."""
        return tuple(field for field in cls.fields.values() if isinstance(field, Column))

    @classmethod
    def header(cls) -> list[str]:
        """Return the titles of a file."""
        return [NUMBER, *(column.column_name for column in cls.columns())]

    def rows(self) -> models.QuerySet[Any]:
        """Return the rows that its person may export and change."""
        raise NotImplementedError

    def same(self, row: Any) -> Any:
        """Return the recorded row that one without a number repeats, None where it is new."""
        raise NotImplementedError

    def key(self, row: Any) -> Any:
        """Return what no two rows of a file may share."""
        raise NotImplementedError

    def keep(self, row: Any, *, before: Any) -> Any:
        """Write a row by its service and return it; `before` is what it changes."""
        raise NotImplementedError

    def number(self, row: Any) -> str:
        """Return by what a row is known again."""
        return str(row.pk)

    def found(self, number: str) -> Any:
        """Return the row of that number, None where there is none for this person."""
        return self.rows().filter(pk=int(number)).first() if _is_number(number) else None

    # --- Reading a file ------------------------------------------------------------------------------

    def cells_of(self, lines: Iterable[Line]) -> Iterator[tuple[int, Cells]]:
        """Yield the number and the cells of each row behind the header.

        Raises:
            UnreadableFileError: the header is not one of this kind.
        """
        rows = iter(lines)
        first = next(rows, None)
        titles = self._titles(first.cells if first else ())
        self._present = tuple(column for column in self.columns() if column.column_name in titles)
        for line in rows:
            padded = (*line.cells, *([None] * (len(titles) - len(line.cells))))
            if any(text_in(cell) for cell in padded[len(titles) :]):
                raise UnreadableFileError(_("Baris %(row)d terisi di luar kolom berjudul.") % {"row": line.number})
            # A long file is held in memory row by row: without its empty cells.
            yield line.number, {title: cell for title, cell in zip(titles, padded, strict=False) if text_in(cell)}

    def _titles(self, cells: Iterable[Any]) -> list[str]:
        known = {plain(title): title for title in (*self.header(), FAULTS)}
        titles, faults = [], []
        written = [text_in(cell) for cell in cells]
        while written and not written[-1]:
            written.pop()
        for title in written:
            name = known.get(plain(title))
            if name is None:
                near = nearest(plain(title), known)
                hint = _(" Mungkin maksudnya “%(near)s”.") % {"near": known[near]} if near else ""
                faults.append(_("Kolom “%(title)s” tidak dikenal.") % {"title": title[:80]} + hint)
            elif name in titles:
                faults.append(_("Kolom “%(title)s” ada dua kali.") % {"title": title[:80]})
            titles.append(name or "")
        faults += [_("Kolom “%(title)s” tidak ada.") % {"title": name} for name in self._missing(set(titles))]
        if faults:
            said = {"kind": self.TITLE, "columns": ", ".join(self.header())}
            faults.append(_("Kolom berkas %(kind)s: %(columns)s.") % said)
            raise UnreadableFileError("\n".join(faults))
        return titles

    def _missing(self, titles: set[str]) -> list[str]:
        missing = []
        for column in self.columns():
            or_else = RegencyName.COLUMN if isinstance(column, RegencyCode) else ""
            if column.required and column.column_name not in titles and or_else not in titles:
                missing.append(column.column_name)
        return missing

    def findings(self, rows: Iterable[tuple[int, Cells]]) -> Iterator[Finding]:
        """Do what rows say, inside a transaction that the caller ends, and yield what that was for each."""
        for number, cells in rows:
            yield self.take(number, cells)

    def take(self, number: int, cells: Cells) -> Finding:
        """Do what one row says and return what that was."""
        self._start(number)
        # Where the database refuses, only this row is undone, and the next is tried: all that is wrong is told at once.
        result: RowResult = self.import_row(self._agreed(cells), None, row_number=number)
        if result.errors:
            raise result.errors[0].error
        if result.validation_error is not None and not self._problems:
            self._note_refusal(result.validation_error, cells)
        about = self._about or self._as_written(cells)
        if self._problems:
            return Finding(number, RowOutcome.WRONG, about, tuple(self._problems.values()), (), None)
        if result.import_type == RowResult.IMPORT_TYPE_SKIP:
            return Finding(number, RowOutcome.SAME, about, (), (), None)
        is_new = result.import_type == RowResult.IMPORT_TYPE_NEW
        outcome = RowOutcome.NEW if is_new else RowOutcome.CHANGED
        return Finding(number, outcome, about, (), tuple(self._changes), self._made)

    @staticmethod
    def _as_written(cells: Cells) -> str:
        """Return by what people find a row in their file that cannot be read."""
        said = (text_in(value) for title, value in cells.items() if title not in (NUMBER, FAULTS))
        return ", ".join(islice(filter(None, said), 4))[:200]

    def _start(self, number: int = 0) -> None:
        self._number = number
        self._problems: dict[str, Problem] = {}
        self._changes: list[tuple[str, str, str]] = []
        self._original: Any = None
        self._rendered: dict[str, str] = {}
        self._about = ""
        self._made: Made | None = None

    def _agreed(self, cells: Cells) -> Cells:
        """Return the cells with what was agreed to in the place of what stood there."""
        if not self.accepted:
            return cells
        return {name: self.accepted.get((name, text_in(value)), value) for name, value in cells.items()}

    def _fault(self, column: str, typed: Any, reason: str, *, proposal: str = "", hint: str = "") -> None:
        self._problems[column] = Problem(column, text_in(typed)[:200], reason, proposal, hint)

    def _note_refusal(self, refusal: ValidationError, cells: Cells) -> None:
        names = {column.attribute: column.column_name for column in self.columns()}
        by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {"": refusal.messages}
        for field, sentences in by_field.items():
            column = names.get(field, "")
            self._fault(column, cells.get(column), " ".join(sentences))

    # --- What django-import-export asks for each row -------------------------------------------------

    def get_instance(self, instance_loader: Any, row: Cells) -> Any:
        """Return the recorded row that this one is about, by its number or else by what it says."""
        typed = text_in(row.get(NUMBER))
        if typed:
            found = self.found(typed)
            if found is None:
                # As for a number that nobody ever had: that somebody else's exists is none of theirs.
                self._fault(
                    NUMBER, typed, _("“%(value)s” tidak dikenal, atau bukan wilayah kerja Anda") % {"value": typed[:40]}
                )
            return found
        probe = self.init_instance(row)
        self._fill(probe, row)
        return None if self._problems else self.same(probe)

    def init_instance(self, row: Any = None) -> Any:
        """Return a row of which nothing is known yet."""
        return self.MODEL()

    def after_init_instance(self, instance: Any, new: bool, row: Cells, **kwargs: Any) -> None:
        """Remember how a row was before the file changes it."""
        if not new:
            self._original = copy.copy(instance)
            self._rendered = self._as_cells(instance)

    def import_instance(self, instance: Any, row: Cells, **kwargs: Any) -> None:
        """Have a row take every cell, noting all that is wrong before giving up."""
        self._fill(instance, row)
        if self._problems:
            raise ValidationError(_("Baris ini salah."))
        self._about = self._title_of(instance)
        keys = [self.key(instance), *([(NUMBER, instance.pk)] if instance.pk else [])]
        first = min(self._seen.setdefault(key, self._number) for key in keys)
        if first != self._number:
            self._fault("", "", _("baris ini mengulang baris %(row)d") % {"row": first})

    def skip_row(self, instance: Any, original: Any, row: Cells, import_validation_errors: Any = None) -> bool:
        """Return whether a row says what is recorded."""
        if self._problems:
            return False
        after = self._as_cells(instance)
        self._changes = [
            (name, self._rendered.get(name, ""), value)
            for name, value in after.items()
            if self._rendered.get(name, "") != value
        ]
        return self._original is not None and not self._changes

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Stop where a cell was wrong; the rest is the service's to judge."""
        if self._problems:
            raise ValidationError(_("Baris ini salah."))

    def save_instance(self, instance: Any, is_create: bool, row: Cells, **kwargs: Any) -> None:
        """Write a row by its service, or find why not; what was begun for it is undone."""
        try:
            with refusals_in_words(self.MODEL):
                self._made = self.note(self.keep(instance, before=self._original))
        except PermissionDenied as error:
            raise ValidationError(_("Baris ini bukan wilayah kerja Anda.")) from error

    def note(self, kept: Any) -> Made:
        """Return what is to be remembered of a row that was written, so that it can be taken back."""
        now = version_of(kept)
        return Made(kept.pk, self._version_before(kept, now), now)

    def save_m2m(self, instance: Any, row: Cells, **kwargs: Any) -> None:
        """Leave relations alone: services write them."""

    def _version_before(self, kept: Any, now: int) -> int | None:
        if self._original is None:
            return None
        earlier = kept.events.filter(pgh_id__lt=now).aggregate(latest=models.Max("pgh_id"))["latest"]
        return int(earlier) if earlier else None

    def _fill(self, instance: Any, row: Cells) -> None:
        if NUMBER in self._problems:
            # Nobody knows which row is meant: what else it says cannot be judged.
            return
        for column in self._present:
            value = row.get(column.column_name)
            if isinstance(value, Formula):
                self._fault(column.column_name, value, formula())
                continue
            try:
                column.save(instance, row, kind=self)
            except CellError as error:
                self._fault(column.column_name, value, error.reason, proposal=error.proposal, hint=error.hint)

    def _as_cells(self, instance: Any) -> dict[str, str]:
        return {column.column_name: text_in(column.export(instance)) for column in self._present}

    def _title_of(self, instance: Any) -> str:
        return str(instance)[:200]

    # --- Writing a file ------------------------------------------------------------------------------

    def table(self) -> Iterator[list[Any]]:
        """Yield the cells of every row that its person may export, in the order of the header."""
        for row in self.rows().iterator(chunk_size=1000):
            yield [self.number(row), *(column.export(row) for column in self.columns())]

    # --- Taking back ---------------------------------------------------------------------------------

    def take_back(self, made: Made, *, reason: str) -> None:
        """Restore what a row was before the import.

        Raises:
            ValidationError: it was changed since, or other records refer to it.
        """
        row = self.rows().select_for_update(of=("self",)).filter(pk=made.key).first()
        if row is None or version_of(row) != made.version_after:
            raise ValidationError(_("%(row)s sudah diubah sejak impor ini.") % {"row": row or made.key})
        if made.version_before is None:
            self._remove(row)
            return
        as_it_is, before = copy.copy(row), row.events.get(pgh_id=made.version_before)
        tracked = {field.name for field in type(before)._meta.fields}
        for field in row._meta.concrete_fields:
            if not field.primary_key and field.name in tracked:
                setattr(row, field.attname, getattr(before, field.attname))
        self.keep(row, before=as_it_is)

    def _remove(self, row: Any) -> None:
        # Alerts are found anew each day; whatever else would go with a row, somebody has written.
        going = [each for each in row._meta.related_objects if each.on_delete is models.CASCADE]
        if any(getattr(row, each.get_accessor_name()).exists() for each in going if each.name != "alerts"):
            raise ValidationError(_("%(row)s sudah dirujuk data lain.") % {"row": row})
        try:
            with transaction.atomic():
                row.delete()
        except (ProtectedError, RestrictedError) as error:
            raise ValidationError(_("%(row)s sudah dirujuk data lain.") % {"row": row}) from error

    # --- Which regencies and sites there are ---------------------------------------------------------

    @cached_property
    def _regencies(self) -> dict[str, Regency]:
        found = Regency.objects.select_related("province", "served_by").prefetch_related("aliases")
        if not self.turf.is_editor:
            found = found.filter(pk__in=self.turf.regencies)
        return {regency.code: regency for regency in found}

    @cached_property
    def named_regencies(self) -> list[Named]:
        """The regencies of the turf under all their names."""
        return [Named(code, self.names_of(regency)) for code, regency in self._regencies.items()]

    @cached_property
    def sites(self) -> dict[int, list[Site]]:
        """The MPPs of the turf by their regency's key."""
        sites: dict[int, list[Site]] = {}
        for site in Site.objects.editable_by(self.by).select_related("regency"):
            sites.setdefault(site.regency_id, []).append(site)
        return sites

    def regency_by_code(self, code: str) -> Regency | None:
        """Return the regency of that code, where it lies on the turf."""
        return self._regencies.get(code)

    def names_of(self, regency: Regency) -> tuple[str, ...]:
        """Return all names of a regency, first its own."""
        aliases = (alias.alias for alias in regency.aliases.all())
        return (regency.name, *aliases, *REGENCIES.get(regency.code, ()))

    def sites_of(self, regency: Regency) -> list[Site]:
        """Return the MPPs of a regency on the turf."""
        return self.sites.get(regency.pk, [])


class LedgerKind(Kind):
    """Entries of a ledger: what changes one is a correction, what takes one back a withdrawal."""

    FOR_OFFICERS = True
    MODEL: ClassVar[type[LedgerEntry]]

    def rows(self) -> models.QuerySet[Any]:
        """Return the entries in force on the turf."""
        entries = self.MODEL.objects.visible_to(self.by).in_force()
        if not self.turf.is_editor:
            entries = entries.filter(**{f"{self.MODEL.HOLDER}__in": self.turf.regencies})
        return entries.select_related(self.MODEL.HOLDER).order_by(self.MODEL.HOLDER + "__code", "pk")

    def number(self, row: Any) -> str:
        """Return the receipt number."""
        return str(row.receipt)

    def found(self, number: str) -> Any:
        """Return the entry with that receipt number."""
        letter, _dash, digits = number.upper().partition("-")
        return super().found(digits) if letter == self.MODEL.RECEIPT else None

    def same(self, row: Any) -> Any:
        """Return the entry, in force or waiting, that says the same."""
        key = self._standing.get(self._statement(row))
        return None if key is None else self.MODEL._default_manager.get(pk=key)

    @cached_property
    def _standing(self) -> dict[tuple[Any, ...], int]:
        """The entries, in force or waiting, by what they say: asked once, because a file may have many rows."""
        ledger = self.MODEL._default_manager
        entries = ledger.filter(state=EntryState.REPORTED) | ledger.in_force()
        if not self.turf.is_editor:
            entries = entries.filter(**{f"{self.MODEL.HOLDER}__in": self.turf.regencies})
        said = (*self._statement_fields(), "pk")
        return {tuple(statement): key for *statement, key in entries.order_by("-pk").values_list(*said)}

    def _statement_fields(self) -> list[str]:
        names = (*self.MODEL.SAYS, "date_precision")
        by_name = {field.name: field.attname for field in self.MODEL._meta.concrete_fields}
        return [by_name[name] for name in names]

    def _statement(self, row: Any) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self._statement_fields())

    def key(self, row: Any) -> Any:
        """Return the statement."""
        return self._statement(row)

    def keep(self, row: Any, *, before: Any) -> Any:
        """Report a row, as a correction of what it changes; an editor's, whose source is named, is believed at once."""
        if before is not None and before.state != EntryState.VERIFIED:
            raise ValidationError(_("%(number)s masih menunggu pemeriksaan.") % {"number": before.receipt})
        entry = self._fresh(row)
        if before is not None:
            entry.supersedes = before
            entry.note = entry.note or _("Koreksi dari berkas %(name)s.") % {"name": self.source}
        entry.clean()
        entered = self._enter(entry)
        if before is not None and entered.state == EntryState.VERIFIED:
            # What it said is in force no more, and new in a later row.
            self._standing.pop(self._statement(before), None)
        return entered

    def note(self, kept: Any) -> Made:
        """Remember the entry: what becomes of it stands in the ledger."""
        return Made(kept.pk, None, None)

    def take_back(self, made: Made, *, reason: str) -> None:
        """Withdraw an entry; one that nobody has decided on goes.

        Raises:
            ValidationError: it was corrected since.
        """
        entries: Any = self.MODEL._default_manager
        entry = entries.select_for_update(of=("self",)).filter(pk=made.key).first()
        if entry is None or entry.state == EntryState.RETURNED:
            return
        if not self.turf.is_editor and entry.holder.pk not in self.turf.regencies:
            raise ValidationError(_("Baris ini bukan wilayah kerja Anda."))
        if entry.state == EntryState.REPORTED:
            self._remove(entry)
            return
        # The ledger brings nothing back by itself: what the import had corrected is said once more.
        undoing = self._fresh(entry if entry.supersedes is None else entry.supersedes)
        undoing.supersedes, undoing.withdraws = entry, entry.supersedes is None
        undoing.note = reason if undoing.withdraws or not undoing.note else f"{undoing.note}\n{reason}"
        undoing.source_url = undoing.source_url or entry.source_url or reason
        self._enter(undoing)

    def _enter(self, entry: Any) -> Any:
        if not self.turf.is_editor:
            return report(entry, by=self.by)
        return verify(report(entry, by=self.by, channel=EntryChannel.IMPORT), by=self.by)

    def _fresh(self, row: Any) -> Any:
        """Return a new entry that says what `row` does."""
        given = {"id", "state", "channel", "client_id", "supersedes", "withdraws"}
        given |= {"reported_by", "reported_at", "reviewed_by", "reviewed_at", "review_note"}
        fields = [field for field in self.MODEL._meta.concrete_fields if field.name not in given]
        entry = self.MODEL(**{field.attname: getattr(row, field.attname) for field in fields})
        for name in (field.name for field in fields if field.is_relation and field.name in row._state.fields_cache):
            setattr(entry, name, getattr(row, name))
        return entry


def _is_number(text: str) -> bool:
    """Return whether a key can be read from text; to Python "²" is a digit too."""
    return text.isascii() and text.isdecimal() and len(text) < 18


SOURCE_ABOUT = gettext_lazy(
    "Alamat halaman atau nama siaran pers. Wajib bagi Kementerian; laporan daerah boleh tanpa sumber."
)
NOTE_ABOUT = gettext_lazy("Catatan. Pada baris yang berubah: alasan perubahannya.")
