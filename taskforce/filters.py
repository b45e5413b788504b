"""What may lists of the task force's records be asked for in the API?"""

import django_filters

from commitments.filters import visible_institutions
from mpp_tracker.lib.api.filters import YesNoFilter, code_filter, key_filter, since_and_until
from regions.filters import ChangedFilterSet, OfRegencyFilterSet, visible_sites
from regions.models import Province, Regency
from taskforce.choices import (
    ActionState,
    AlertKind,
    AnnouncedMetric,
    LetterKind,
    Priority,
    Severity,
    TargetMetric,
)


class MemberFilterSet(ChangedFilterSet):
    """Members of the task force."""

    institution = key_filter(visible_institutions, "institution")


class DirectiveFilterSet(ChangedFilterSet):
    """Directives."""

    institution = key_filter(visible_institutions, "institutions")
    issued_after, issued_before = since_and_until("issued_on")


class TargetFilterSet(ChangedFilterSet):
    """Targets."""

    province = code_filter(Province, "province")
    metric = django_filters.ChoiceFilter(choices=TargetMetric)
    is_active = YesNoFilter()
    deadline_after, deadline_before = since_and_until("deadline")


class AnnouncedFigureFilterSet(ChangedFilterSet):
    """Announced figures."""

    metric = django_filters.ChoiceFilter(choices=AnnouncedMetric)
    announced_after, announced_before = since_and_until("announced_on")


class ActionItemFilterSet(ChangedFilterSet):
    """Action items."""

    province = code_filter(Province, "province")
    regency = code_filter(Regency, "regency")
    site = key_filter(visible_sites, "site")
    owner = key_filter(visible_institutions, "owner")
    state = django_filters.ChoiceFilter(choices=ActionState)
    priority = django_filters.ChoiceFilter(choices=Priority)
    due_after, due_before = since_and_until("due_on")


class AlertFilterSet(ChangedFilterSet):
    """Alerts."""

    kind = django_filters.ChoiceFilter("rule__kind", choices=AlertKind)
    severity = django_filters.ChoiceFilter("rule__severity", choices=Severity)
    province = code_filter(Province, "province")
    regency = code_filter(Regency, "regency")
    site = key_filter(visible_sites, "site")
    is_open = YesNoFilter("cleared_on", "isnull")
    raised_after, raised_before = since_and_until("raised_on")


class LetterFilterSet(OfRegencyFilterSet):
    """Letters."""

    kind = django_filters.ChoiceFilter(choices=LetterKind)
    dated_after, dated_before = since_and_until("dated_on")
