"""What do the tests of commitments share: an open MPP, an institution, and who reports on them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commitments.models import Institution, InstitutionAssignment, Presence
from commitments.services.presence import ServiceLine, report_presence
from regions.choices import Role, Stage
from regions.models import Assignment, Milestone, Regency, Site
from regions.services.ledger import verify

OPENED_ON = date(2026, 3, 1)


@pytest.fixture
def bpn(db: None) -> Institution:
    return Institution.objects.get(abbreviation="ATR/BPN")


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=date(2026, 1, 1))
    return officer


@pytest.fixture
def open_site(site: Site, verified: Callable[..., Milestone]) -> Site:
    """An MPP that was inaugurated before the counters here open."""
    verified(site, Stage.INAUGURATED, date(2026, 1, 1))
    return site


@pytest.fixture
def speaker(bpn: Institution) -> User:
    """Somebody who speaks for ATR/BPN."""
    user = User.objects.create_user("bpn@pantau-mpp.example")
    InstitutionAssignment.objects.create(user=user, institution=bpn, valid_from=date(2022, 1, 1))
    return user


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """A function that signs somebody in, with an assignment where one is named."""

    def sign_in(user: User, role: str | None = None, **turf: Any) -> Client:
        if role:
            Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate(), **turf)
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def reported_counter(open_site: Site, bpn: Institution, dinas: User) -> Callable[..., Presence]:
    """A function by which the officer reports a counter at the open MPP."""

    def make(*names: str, **change: Any) -> Presence:
        said = {"site": open_site, "institution": bpn, "counter_opened_on": OPENED_ON, **change}
        return report_presence(Presence(**said), services=[ServiceLine(name) for name in names], by=dinas)

    return make


@pytest.fixture
def counter(reported_counter: Callable[..., Presence], verifier: User) -> Callable[..., Presence]:
    """A function that has a counter at the open MPP reported and verified."""

    def make(*names: str, **change: Any) -> Presence:
        return verify(reported_counter(*names, **change), by=verifier)

    return make
