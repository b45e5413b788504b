"""What may lists of institutions, agreements, presences and pledges be asked for in the API?"""

from typing import Any

import django_filters

from commitments.choices import AgreementKind, InstitutionKind, ServiceChannel
from commitments.models import Agreement, Institution, Presence
from mpp_tracker.lib.api.filters import YesNoFilter, key_filter, since_and_until
from regions.filters import ChangedFilterSet, OfRegencyFilterSet, SiteEntryFilterSet, visible_sites


def visible_institutions(request: Any) -> Any:
    """Return the institutions that whoever asks may name."""
    return Institution.objects.visible_to(request.user) if request else Institution.objects.none()


def visible_agreements(request: Any) -> Any:
    """Return the agreements that whoever asks may name."""
    return Agreement.objects.visible_to(request.user) if request else Agreement.objects.none()


def visible_presences(request: Any) -> Any:
    """Return the counters that whoever asks may name."""
    return Presence.objects.visible_to(request.user) if request else Presence.objects.none()


class InstitutionFilterSet(ChangedFilterSet):
    """Institutions."""

    kind = django_filters.ChoiceFilter(choices=InstitutionKind)


class AgreementFilterSet(ChangedFilterSet):
    """Agreements."""

    kind = django_filters.ChoiceFilter(choices=AgreementKind)
    site = key_filter(visible_sites, "site")
    institution = key_filter(visible_institutions, "signatories__institution")
    is_active = YesNoFilter("holds")
    signed_after, signed_before = since_and_until("signed_on")


class SignatoryFilterSet(ChangedFilterSet):
    """Signatures."""

    agreement = key_filter(visible_agreements, "agreement")
    institution = key_filter(visible_institutions, "institution")


class PresenceFilterSet(SiteEntryFilterSet):
    """Counters."""

    institution = key_filter(visible_institutions, "institution")
    opened_after, opened_before = since_and_until("counter_opened_on")


class ServiceFilterSet(ChangedFilterSet):
    """Services."""

    presence = key_filter(visible_presences, "presence")
    site = key_filter(visible_sites, "presence__site")
    institution = key_filter(visible_institutions, "presence__institution")
    channel = django_filters.ChoiceFilter(choices=ServiceChannel)
    is_licence = YesNoFilter()


class PledgeFilterSet(OfRegencyFilterSet):
    """Pledges."""

    pledged_after, pledged_before = since_and_until("pledged_on")
    due_after, due_before = since_and_until("due_on")
