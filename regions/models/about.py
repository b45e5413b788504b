"""How does a row belong to exactly one entry of one of the ledgers?"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from regions.models.ledger import DigitalAdoption, LedgerEntry, Milestone, OperatingRecord

SUBJECTS: Mapping[str, type[LedgerEntry]] = {
    "milestone": Milestone,
    "operating_record": OperatingRecord,
    "digital_adoption": DigitalAdoption,
}
"""What such a row can be about, by the field that says so."""

_FIELDS = {ledger: field for field, ledger in SUBJECTS.items()}


class AboutEntryQuerySet(models.QuerySet):
    """Questions about many rows that each belong to an entry."""

    def about(self, entries: Callable[[type[LedgerEntry]], models.QuerySet]) -> Self:
        """Keep the rows about the entries that `entries` returns of each ledger."""
        of_any = Q()
        for field, ledger in SUBJECTS.items():
            of_any |= Q(**{f"{field}__in": entries(ledger)})
        return self.filter(of_any)

    def for_entry(self, entry: LedgerEntry) -> Self:
        """Keep the rows about one entry."""
        return self.filter(**{_FIELDS[type(entry)]: entry})


def _subject(ledger: type[LedgerEntry]) -> Any:
    return models.ForeignKey(
        ledger,
        verbose_name=ledger._meta.verbose_name,
        on_delete=models.PROTECT,
        null=True,
        related_name="%(class)s",
        editable=False,
    )


class AboutEntry(models.Model):
    """A row about one milestone, operating record or digital adoption."""

    milestone = _subject(Milestone)
    operating_record = _subject(OperatingRecord)
    digital_adoption = _subject(DigitalAdoption)

    objects: ClassVar[AboutEntryQuerySet] = AboutEntryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(milestone__isnull=False, operating_record__isnull=True, digital_adoption__isnull=True)
                | Q(milestone__isnull=True, operating_record__isnull=False, digital_adoption__isnull=True)
                | Q(milestone__isnull=True, operating_record__isnull=True, digital_adoption__isnull=False),
                name="%(app_label)s_%(class)s_about_one_entry",
                violation_error_message=_("Baris ini melekat pada tepat satu entri."),
            ),
        ]

    @property
    def entry(self) -> LedgerEntry:
        """Return the entry that the row is about."""
        entry: LedgerEntry = next(filter(None, (getattr(self, field) for field in SUBJECTS)))
        return entry

    @entry.setter
    def entry(self, entry: LedgerEntry) -> None:
        setattr(self, _FIELDS[type(entry)], entry)
