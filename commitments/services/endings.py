"""Who is told that an agreement ends, and how often?"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Agreement, Institution, InstitutionAssignment
from commitments.rules import ENDING_DAYS, warning_due
from mpp_tracker.lib.language import in_indonesian
from regions.choices import NoticeKind, Role
from regions.models import Assignment, Notice
from regions.services.notices import notice_for, tell


@dataclass(frozen=True)
class _Ending:
    """An agreement that ends soon, and which warning of it is due."""

    agreement: Agreement
    on: date
    warning: int

    @property
    def key(self) -> str:
        """Return what makes this warning given once; an addendum that moves the end makes another of it."""
        return f"ending:{self.agreement.pk}:{self.on.isoformat()}:{self.warning}"


@transaction.atomic
@in_indonesian
def warn_of_endings(*, today: date) -> int:
    """Tell the institutions of each agreement that ends soon, and the officers of its site; return how many were told.

    Each warning (`warning_due`) is given once: asked for twice a day nothing happens the second time, and after days
    without a run only the nearest is given.
    """
    due = _due(today)
    told = set(Notice.objects.filter(key__in=[ending.key for ending in due]).values_list("recipient", "key"))
    speakers = _speakers(today)
    officers = _officers([ending.agreement for ending in due], today)
    warnings = []
    for ending in due:
        paths = {user: reverse("commitments:room") for user in _parties(ending.agreement, speakers)}
        if (site := ending.agreement.site) is not None:
            at_site = reverse("commitments:site-counters", args=[site.pk])
            paths |= dict.fromkeys(officers[site.regency_id], at_site)
        for user, path in paths.items():
            if (user.pk, ending.key) not in told:
                warnings.append(_warning(user, ending, path=path, today=today))
    tell(*warnings)
    return len(warnings)


def _due(today: date) -> list[_Ending]:
    """Return what runs and ends within the longest warning, by the addenda that follow on without a gap too."""
    horizon = today + timedelta(days=ENDING_DAYS)
    ending: Any = Agreement.objects.ending_between(today, horizon).filter(valid_from__lte=today)
    rows = ending.select_related("site__regency").prefetch_related("signatories")
    return [_Ending(row, row.ends_on, days) for row in rows if (days := warning_due(row.ends_on, today))]


def _speakers(today: date) -> dict[int, set[User]]:
    """Return who speaks for an institution, by the key of what each of its names is called today."""
    heirs = Institution.objects.heirs()
    speakers: dict[int, set[User]] = defaultdict(set)
    for assignment in InstitutionAssignment.objects.valid_on(today).filter(user__is_active=True).select_related("user"):
        speakers[heirs[assignment.institution_id]].add(assignment.user)
    return {pk: speakers[heir] for pk, heir in heirs.items()}


def _parties(agreement: Agreement, speakers: dict[int, set[User]]) -> Iterator[User]:
    for signatory in agreement.signatories.all():
        yield from speakers[signatory.institution_id]


def _officers(agreements: list[Agreement], today: date) -> dict[int, set[User]]:
    """Return the officers of the agreements' sites by the key of their regency."""
    regencies = {agreement.site.regency_id for agreement in agreements if agreement.site is not None}
    on_duty = Assignment.objects.valid_on(today).filter(role=Role.OFFICER, regency__in=regencies, user__is_active=True)
    officers: dict[int, set[User]] = defaultdict(set)
    for assignment in on_duty.select_related("user"):
        if assignment.regency_id is not None:
            officers[assignment.regency_id].add(assignment.user)
    return officers


def _warning(user: User, ending: _Ending, *, path: str, today: date) -> Notice:
    agreement = ending.agreement
    said = {"agreement": agreement, "day": date_format(ending.on, "j F Y"), "days": (ending.on - today).days}
    about = [agreement.title, *([str(agreement.site)] if agreement.site is not None else [])]
    return notice_for(
        user,
        kind=NoticeKind.ENDING,
        key=ending.key,
        subject=_("%(agreement)s berakhir %(day)s, %(days)d hari lagi") % said,
        text="\n".join([*about, _("Siapkan perpanjangan atau adendumnya, atau penutupan gerainya.")]),
        path=path,
    )
