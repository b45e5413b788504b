"""What do all tests share? The real rollout, loaded once through the product's own import, and named actors."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command

from accounts.models import User
from commitments.models import Agreement, Institution, Presence, Service, Signatory
from regions.choices import OperatingStatus, Stage
from regions.models import (
    DirtyProvince,
    Milestone,
    OperatingRecord,
    ReadinessAssessment,
    ReadinessBaseline,
    Regency,
    Site,
)
from regions.services.ledger import report, verify
from regions.services.readiness import freeze
from tests.sign_in import PASSWORD, PERSON

IMPORTER = "importer@pantau-mpp.example"
OPENED_ON = date(2026, 3, 1)
"""When the counters of tests open, and their PKS begin."""


@pytest.fixture(scope="session")
def static_files() -> None:
    """The static files as production serves them, hashed and compressed."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, static_files: None, django_db_blocker: Any) -> None:
    """Every test starts from the real rollout, with nothing waiting to be recomputed.

    With `--reuse-db` it is there already.
    """
    with django_db_blocker.unblock():
        if Milestone.objects.exists():
            return
        User.objects.create_user(IMPORTER)
        call_command("load_reference", verbosity=0)
        call_command("load_rollout", by=IMPORTER, verbosity=0)
        DirtyProvince.objects.all().delete()


@pytest.fixture
def importer(db: None) -> User:
    return User.objects.get(email=IMPORTER)


@pytest.fixture
def editor(db: None) -> User:
    return User.objects.create_superuser("editor@pantau-mpp.example", "rahasia-sekali")


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("officer@pantau-mpp.example")


@pytest.fixture
def person(db: None) -> User:
    """Somebody who signs in with a password."""
    return User.objects.create_user(PERSON, PASSWORD)


@pytest.fixture
def unthrottled(db: None) -> Iterator[None]:
    """Nobody is throttled, before and after."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def verifier(db: None) -> User:
    return User.objects.create_user("verifier@pantau-mpp.example")


@pytest.fixture
def ponorogo(db: None) -> Regency:
    """A regency of Jawa Timur of which the rollout knows nothing."""
    return Regency.objects.get(code="35.02")


@pytest.fixture
def site(ponorogo: Regency) -> Site:
    return Site.objects.create(regency=ponorogo, name="MPP Kabupaten Ponorogo")


@pytest.fixture
def reported(officer: User) -> Callable[..., Milestone]:
    """A function that reports a milestone of a site."""

    def make(site: Site, stage: str = Stage.INAUGURATED, reached_on: date = date(2026, 3, 1), **more: Any) -> Milestone:
        return report(Milestone(site=site, stage=stage, reached_on=reached_on, **more), by=officer)

    return make


@pytest.fixture
def verified(reported: Callable[..., Milestone], verifier: User) -> Callable[..., Milestone]:
    """A function that reports a milestone of a site and has it verified."""

    def make(site: Site, *statement: Any, **more: Any) -> Milestone:
        return verify(reported(site, *statement, **more), by=verifier)

    return make


@pytest.fixture
def operating(officer: User, verifier: User) -> Callable[..., OperatingRecord]:
    """A function that has an operating status of a site reported and verified."""

    def make(
        site: Site, status: str = OperatingStatus.OPERATING, since: date = date(2026, 3, 1), **more: Any
    ) -> OperatingRecord:
        return verify(report(OperatingRecord(site=site, status=status, since=since, **more), by=officer), by=verifier)

    return make


@pytest.fixture
def assessed(ponorogo: Regency, officer: User, verifier: User) -> Callable[..., ReadinessAssessment]:
    """A function that has the readiness of a regency assessed and, unless told otherwise, verified."""

    def make(
        assessed_on: date = date(2026, 3, 1), regency: Regency = ponorogo, *, is_verified: bool = True, **said: Any
    ) -> ReadinessAssessment:
        said = said or {"budget": "ready"}
        entry = report(ReadinessAssessment(regency=regency, assessed_on=assessed_on, **said), by=officer)
        return verify(entry, by=verifier) if is_verified else entry

    return make


@pytest.fixture
def frozen(editor: User) -> Callable[..., ReadinessBaseline]:
    """A function that freezes what is known of readiness now."""

    def make(as_at: date = date(2026, 6, 1), note: str = "Kondisi awal") -> ReadinessBaseline:
        return freeze(ReadinessBaseline(as_at=as_at, note=note), by=editor)

    return make


@pytest.fixture
def bpn(db: None) -> Institution:
    return Institution.objects.get(abbreviation="ATR/BPN")


@pytest.fixture
def inaugurated(site: Site, verified: Callable[..., Milestone]) -> Site:
    """Ponorogo's MPP, inaugurated two months before the counters here open."""
    verified(site, Stage.INAUGURATED, date(2026, 1, 1))
    return site


@pytest.fixture
def counter(inaugurated: Site, bpn: Institution, officer: User, verifier: User) -> Callable[..., Presence]:
    """A function that has a counter reported with services and, unless told otherwise, verified."""

    def make(*services: str, is_verified: bool = True, **more: Any) -> Presence:
        said = {"site": inaugurated, "institution": bpn, "counter_opened_on": OPENED_ON} | more
        presence = report(Presence(**said), by=officer)
        Service.objects.bulk_create([Service(presence=presence, name=name) for name in services])
        return verify(presence, by=verifier) if is_verified else presence

    return make


@pytest.fixture
def pks(inaugurated: Site, bpn: Institution) -> Callable[..., Agreement]:
    """A function that has an institution sign a PKS of Ponorogo's MPP, or an addendum to one."""

    def make(signer: Institution | None = bpn, **more: Any) -> Agreement:
        signed_on = more.get("valid_from", OPENED_ON)
        said = {"kind": "pks", "title": "PKS", "site": inaugurated, "signed_on": signed_on, "valid_from": signed_on}
        agreement = Agreement.objects.create(**said | more)
        if signer is not None:
            Signatory.objects.create(agreement=agreement, institution=signer, signed_on=signed_on)
        return agreement

    return make
