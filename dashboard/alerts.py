"""What has to be looked at, where and how soon, and what was done about it?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from regions.models import Person, Regency, Site, turf_of
from taskforce.choices import ActionState, AlertKind, Severity
from taskforce.forms.alerts import CLEARED, NATIONAL, UNSEEN, AlertChoice
from taskforce.models import ActionItem, Alert, AlertRule
from taskforce.models.alerts import AlertQuerySet

PER_PAGE = 25
PAST = 10
"""So many earlier alerts of the same rule and subject stand on the page of one."""


@dataclass(frozen=True)
class KindCount:
    """How many alerts there are of one kind."""

    kind: AlertKind
    count: int


@dataclass(frozen=True)
class AreaCounts:
    """How many alerts there are in a province, or about none, by severity."""

    code: str
    name: str
    by_severity: Mapping[Severity, int]

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.by_severity.values())


@dataclass(frozen=True)
class RuleRow:
    """One rule, and how many alerts it has."""

    rule: AlertRule
    count: int


@dataclass(frozen=True)
class AlertsPage:
    """The alerts that somebody may see: counted, and those asked for listed."""

    choice: AlertChoice
    total: int
    """Of the state asked for, whatever else is chosen."""
    urgent: int
    kinds: tuple[KindCount, ...]
    """Those that have any, most first."""
    severities: tuple[Severity, ...]
    areas: tuple[AreaCounts, ...]
    """The nation first, then the provinces that have any, by code; of the kind that is chosen."""
    all_areas: AreaCounts
    rules: tuple[RuleRow, ...]
    sheet: Page
    """The part of the list that is shown."""

    @property
    def chosen_kind(self) -> AlertKind | None:
        """Return the only kind that is counted by area and listed, None for all."""
        return AlertKind(self.choice.kind) if self.choice.kind else None


@dataclass(frozen=True)
class AlertPage:
    """One alert, and what was done about it."""

    alert: Alert
    is_told: bool
    """Whether the reader may know who acknowledged it, and what they noted."""
    may_acknowledge: bool
    may_plan: bool
    items: tuple[tuple[ActionItem, ActionState], ...]
    """What was planned because of it and how that stands, as far as the reader may know."""
    past: tuple[Alert, ...]
    """Earlier alerts of the same rule about the same subject, latest first."""


def alerts_page(user: Person, choice: AlertChoice, *, number: str = "") -> AlertsPage:
    """Return what the page of the alerts shows to `user`; `number` is the part of a long list."""
    chosen = Alert.objects.visible_to(user).filter(cleared_on__isnull=choice.state != CLEARED)
    if choice.seen:
        chosen = chosen.filter(acknowledged_at__isnull=choice.seen == UNSEEN)
    groups = chosen.order_by().values_list("rule", "province__code", "province__name").annotate(Count("pk"))
    rules = {rule.pk: rule for rule in AlertRule.objects.all()}
    counts = [(rules[rule], code or NATIONAL, name or _("Nasional"), count) for rule, code, name, count in groups]
    of_rule: Counter[int] = Counter()
    of_kind: Counter[AlertKind] = Counter()
    of_area: dict[tuple[str, str], Counter[Severity]] = {}
    for rule, code, name, count in counts:
        of_rule[rule.pk] += count
        of_kind[AlertKind(rule.kind)] += count
        if choice.kind in ("", rule.kind):
            of_area.setdefault((code, name), Counter())[Severity(rule.severity)] += count
    areas = sorted(of_area.items(), key=lambda area: (area[0][0] != NATIONAL, area[0]))
    return AlertsPage(
        choice=choice,
        total=of_rule.total(),
        urgent=sum(count for rule, _code, _name, count in counts if rule.severity == Severity.URGENT),
        kinds=tuple(KindCount(kind, count) for kind, count in of_kind.most_common()),
        severities=tuple(Severity),
        areas=tuple(_area(code, name, by_severity) for (code, name), by_severity in areas),
        all_areas=_area("", _("Seluruhnya"), sum(of_area.values(), Counter())),
        rules=tuple(RuleRow(rule, of_rule[rule.pk]) for rule in rules.values()),
        sheet=Paginator(_listed(chosen, choice, user), PER_PAGE).get_page(number),
    )


def alert_page(alert: Alert, user: Person) -> AlertPage:
    """Return what the page of one alert shows to `user`, who may see it."""
    may_edit = alert.is_open and Alert.objects.editable_by(user).filter(pk=alert.pk).exists()
    others = Alert.objects.visible_to(user).filter(rule=alert.rule, subject=alert.subject).exclude(pk=alert.pk)
    reader: Any = Alert.objects.with_told(user)
    items: Any = ActionItem.objects.visible_to(user).filter(alert=alert)
    return AlertPage(
        alert=alert,
        is_told=reader.filter(pk=alert.pk, is_told=True).exists(),
        may_acknowledge=may_edit and alert.acknowledged_at is None,
        may_plan=may_edit and turf_of(user).is_editor and not alert.items.open().exists(),
        items=tuple((item, ActionState(item.state)) for item in items.with_standing()),
        past=tuple(others.with_subjects()[:PAST]),
    )


def alerts_at(site: Site, user: Person, *, on: date) -> tuple[Alert, ...]:
    """Return the alerts open on a day about a site, its agreements and its regency's pledges that `user` may see."""
    return _open(Q(site=site) | Q(agreement__site=site) | Q(pledge__regency=site.regency_id), user, on)


def alerts_of(regency: Regency, user: Person, *, on: date) -> tuple[Alert, ...]:
    """Return the alerts open on a day about a regency's pledges and MPPs that `user` may see."""
    there = Q(regency=regency) | Q(site__regency=regency) | Q(agreement__site__regency=regency)
    return _open(there | Q(pledge__regency=regency), user, on)


def alerts_in(code: str, user: Person, *, on: date) -> tuple[KindCount, ...]:
    """Return how many alerts of each kind open on a day `user` may see in the province with `code`."""
    there = Alert.objects.visible_to(user).open_on(on).filter(province__code=code)
    counts = there.order_by().values_list("rule__kind").annotate(Count("pk"))
    return tuple(KindCount(AlertKind(kind), count) for kind, count in sorted(counts, key=lambda row: -row[1]))


def _open(there: Q, user: Person, on: date) -> tuple[Alert, ...]:
    return tuple(Alert.objects.visible_to(user).open_on(on).filter(there).with_subjects().most_urgent_first())


def _listed(chosen: AlertQuerySet, choice: AlertChoice, user: Person) -> AlertQuerySet:
    if choice.kind:
        chosen = chosen.filter(rule__kind=choice.kind)
    if choice.severity:
        chosen = chosen.filter(rule__severity=choice.severity)
    if choice.province == NATIONAL:
        chosen = chosen.filter(province=None)
    elif choice.province:
        chosen = chosen.filter(province__code=choice.province)
    plans = Prefetch("items", ActionItem.objects.visible_to(user))
    return chosen.with_told(user).with_subjects().prefetch_related(plans).most_urgent_first()


def _area(code: str, name: str, counts: Mapping[Severity, int]) -> AreaCounts:
    return AreaCounts(code, name, {severity: counts.get(severity, 0) for severity in Severity})
