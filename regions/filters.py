"""What may lists of areas, sites and the ledger be asked for in the API?"""

from typing import Any

import django_filters
from django_filters.rest_framework import FilterSet

from mpp_tracker.lib.api.filters import MomentFilter, YesNoFilter, code_filter, key_filter, since_and_until
from regions.choices import (
    CeremonyKind,
    DatePrecision,
    DigitalStatus,
    EntryState,
    IslandGroup,
    OperatingStatus,
    RegencyKind,
    Stage,
)
from regions.models import Province, Regency, Site


def visible_sites(request: Any) -> Any:
    """Return the sites that whoever asks may name."""
    return Site.objects.visible_to(request.user) if request else Site.objects.none()


class ChangedFilterSet(FilterSet):
    """Rows of a model that keeps when they were changed."""

    updated_after = MomentFilter("updated_at", "gte")


class ProvinceFilterSet(ChangedFilterSet):
    """Provinces."""

    island_group = django_filters.ChoiceFilter(choices=IslandGroup)


class RegencyFilterSet(ChangedFilterSet):
    """Regencies and cities."""

    province = code_filter(Province, "province")
    island_group = django_filters.ChoiceFilter("province__island_group", choices=IslandGroup)
    kind = django_filters.ChoiceFilter(choices=RegencyKind)
    is_autonomous = YesNoFilter()


class OfRegencyFilterSet(ChangedFilterSet):
    """Rows about one regency each."""

    regency = code_filter(Regency, "regency")
    province = code_filter(Province, "regency__province")


class SiteFilterSet(OfRegencyFilterSet):
    """MPPs."""

    is_branch = YesNoFilter()


class EntryFilterSet(ChangedFilterSet):
    """Entries of a ledger."""

    state = django_filters.ChoiceFilter(choices=EntryState)
    is_in_force = YesNoFilter()
    date_precision = django_filters.ChoiceFilter(choices=DatePrecision)
    reviewed_after = MomentFilter("reviewed_at", "gte")


class SiteEntryFilterSet(EntryFilterSet):
    """Entries about sites."""

    site = key_filter(visible_sites, "site")
    regency = code_filter(Regency, "site__regency")
    province = code_filter(Province, "site__regency__province")


class MilestoneFilterSet(SiteEntryFilterSet):
    """Milestones."""

    stage = django_filters.ChoiceFilter(choices=Stage)
    reached_after, reached_before = since_and_until("reached_on")


class OperatingRecordFilterSet(SiteEntryFilterSet):
    """Operating records."""

    status = django_filters.ChoiceFilter(choices=OperatingStatus)
    since_after, since_before = since_and_until("since")


class RegencyEntryFilterSet(EntryFilterSet):
    """Entries about regencies."""

    regency = code_filter(Regency, "regency")
    province = code_filter(Province, "regency__province")


class DigitalAdoptionFilterSet(RegencyEntryFilterSet):
    """Records of MPP Digital."""

    status = django_filters.ChoiceFilter(choices=DigitalStatus)
    since_after, since_before = since_and_until("since")


class ReadinessFilterSet(RegencyEntryFilterSet):
    """Assessments of readiness."""

    assessed_after, assessed_before = since_and_until("assessed_on")


class CeremonyFilterSet(ChangedFilterSet):
    """Ceremonies."""

    kind = django_filters.ChoiceFilter(choices=CeremonyKind)
    held_after, held_before = since_and_until("held_on")
