"""Does the matrix of signatories by MPPs say who is present where, and claim nothing that nobody recorded?"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from commitments.choices import PresenceLevel
from commitments.models import Agreement, Institution, Presence, Service, Signatory
from regions.choices import Stage
from regions.models import Milestone, Province, Regency, Site
from regions.services.ledger import send_back
from taskforce.choices import Boundaries, Layer
from taskforce.coverage import Standpoint
from taskforce.presence import Cell, Tally, presence_by_province, presence_by_site
from tests.conftest import OPENED_ON
from tests.taskforce.naive_presence import read
from tests.taskforce.test_coverage_properties import CODES, FIRST, SPAN, days, slowly, undone, worlds

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
NOW = Standpoint(TODAY)
LIVE, STAFFED, SIGNED, NOTHING = (
    PresenceLevel.LIVE,
    PresenceLevel.STAFFED,
    PresenceLevel.SIGNED,
    PresenceLevel.NOTHING,
)


def cell(site: Site, abbreviation: str = "ATR/BPN", standpoint: Standpoint = NOW) -> Cell:
    """Return how far an institution is at an MPP."""
    matrix = presence_by_site(standpoint)
    party = next(party for party in matrix.parties if party.abbreviation == abbreviation)
    return matrix.cells[party.pk, site.pk]


def tally(abbreviation: str = "ATR/BPN", code: str = "35", standpoint: Standpoint = NOW) -> Tally:
    """Return how far an institution is in a province."""
    matrix = presence_by_province(standpoint)
    party = next(party for party in matrix.parties if party.abbreviation == abbreviation)
    return matrix.tallies[party.pk, code]


# --- Rows and columns ----------------------------------------------------------------------------------------


def test_the_rows_are_the_17_signatories_from_the_day_they_signed(db: None) -> None:
    assert len(presence_by_province(Standpoint(date(2022, 6, 28))).parties) == 17
    assert presence_by_province(Standpoint(date(2022, 6, 27))).parties == ()


def test_without_a_memorandum_the_inaugurated_mpps_are_still_counted(db: None) -> None:
    matrix = presence_by_province(Standpoint(date(2022, 6, 27)))

    assert len(matrix.areas) == 34
    assert sum(tally.inaugurated for tally in matrix.tallies.values()) > 50


def test_whoever_joins_by_an_addendum_is_a_row_from_then_on(db: None) -> None:
    pos = Institution.objects.create(abbreviation="Pos", name="PT Pos Indonesia", kind="bumn")
    joined = {"kind": "addendum", "title": "Adendum", "signed_on": OPENED_ON, "valid_from": OPENED_ON}
    addendum = Agreement.objects.create(**joined, amends=Agreement.objects.get())
    Signatory.objects.create(agreement=addendum, institution=pos, signed_on=OPENED_ON)

    assert "Pos" in {party.abbreviation for party in presence_by_province(NOW).parties}
    assert len(presence_by_province(Standpoint(date(2026, 2, 28))).parties) == 17


def test_a_renamed_institution_keeps_its_row_and_the_name_it_signed_with(
    inaugurated: Site, counter: Callable[..., Presence], pks: Callable[..., Agreement]
) -> None:
    old = Institution.objects.get(abbreviation="BP2MI")
    pks(old, valid_from=date(2024, 1, 1))
    new = Institution.objects.create(abbreviation="KP2MI", name="Kementerian P2MI", kind="kementerian")
    Institution.objects.filter(pk=old.pk).update(valid_until=date(2024, 10, 20), succeeded_by=new)

    assert cell(inaugurated, "KP2MI").has_pks
    counter(institution=new)

    parties = presence_by_site(NOW).parties
    party = next(party for party in parties if party.abbreviation == "KP2MI")
    assert list(party.signed_as) == ["BP2MI"]
    assert len(parties) == 17
    assert cell(inaugurated, "KP2MI") == Cell(STAFFED, has_pks=True)


def test_two_that_became_one_are_one_row(db: None) -> None:
    taspen = Institution.objects.get(abbreviation="Taspen")
    Institution.objects.filter(abbreviation="PLN").update(valid_until=OPENED_ON, succeeded_by=taspen)

    parties = presence_by_province(NOW).parties

    assert len(parties) == 16
    (merged,) = (party for party in parties if party.pk == taspen.pk)
    assert list(merged.signed_as) == ["PLN"]


def test_a_local_memorandum_makes_nobody_a_national_signatory(inaugurated: Site, pks: Callable[..., Agreement]) -> None:
    pks(Institution.objects.get(abbreviation="BKPM"), kind="mou", title="Nota daerah")

    assert len(presence_by_site(NOW).parties) == 17


def test_a_moved_regency_is_counted_in_the_province_of_the_day_or_of_today(db: None) -> None:
    day = Standpoint(date(2022, 7, 1))
    then, now = presence_by_province(day), presence_by_province(Standpoint(day.as_at, boundaries=Boundaries.NOW))

    assert (len(then.areas), len(now.areas)) == (34, 38)
    assert sum(t.inaugurated for t in then.tallies.values()) == sum(t.inaugurated for t in now.tallies.values())


# --- Levels --------------------------------------------------------------------------------------------------


def test_of_what_nobody_recorded_nothing_is_claimed(inaugurated: Site) -> None:
    assert cell(inaugurated) == Cell(None, has_pks=False)
    assert tally().known == 0
    assert tally().inaugurated > 0
    assert tally().share_pct is None


def test_a_counter_of_one_makes_the_others_absent_there(inaugurated: Site, counter: Callable[..., Presence]) -> None:
    before = tally("PLN")

    counter()

    assert cell(inaugurated, "PLN") == Cell(NOTHING, has_pks=False)
    after = tally("PLN")
    assert (after.known, after.nothing, after.absent) == (before.known + 1, before.nothing + 1, before.absent + 1)


def test_a_pks_is_known_also_where_no_counter_is(inaugurated: Site, pks: Callable[..., Agreement]) -> None:
    pks()

    assert cell(inaugurated) == Cell(SIGNED, has_pks=True)
    assert (tally().signed, tally().signed_absent, tally().known) == (1, 1, 0)


@pytest.mark.parametrize(
    ("services", "more", "level"),
    [
        ((), {"staff": 2}, STAFFED),
        ((), {"staff": None}, STAFFED),
        (("Cek sertifikat",), {"staff": 2}, LIVE),
        (("Cek sertifikat",), {"staff": 0}, NOTHING),
        (("Cek sertifikat",), {"counter_closed_on": date(2026, 5, 31)}, NOTHING),
        (("Cek sertifikat",), {"counter_closed_on": TODAY}, LIVE),
        (("Cek sertifikat",), {"counter_opened_on": date(2026, 6, 2)}, None),
        (("Cek sertifikat",), {"counter_opened_on": TODAY}, LIVE),
    ],
)
def test_a_counter_counts_while_it_is_open_and_staffed(
    inaugurated: Site,
    counter: Callable[..., Presence],
    services: tuple[str, ...],
    more: dict[str, Any],
    level: PresenceLevel | None,
) -> None:
    counter(*services, **more)

    assert cell(inaugurated).level == level


def test_what_was_corrected_counts_as_corrected_and_as_it_was_known(
    inaugurated: Site, counter: Callable[..., Presence]
) -> None:
    first = counter("Cek sertifikat", staff=2)
    in_between = timezone.now()
    counter(staff=0, supersedes=first, note="Petugas ditarik")

    assert cell(inaugurated).level == NOTHING
    assert cell(inaugurated, standpoint=Standpoint(TODAY, in_between)).level == LIVE


def test_what_was_taken_back_leaves_nothing_known(inaugurated: Site, counter: Callable[..., Presence]) -> None:
    first = counter(staff=2)
    counter(supersedes=first, withdraws=True, note="Salah MPP")

    assert cell(inaugurated).level is None


def test_a_report_counts_in_its_own_layer_only_and_a_returned_one_in_none(
    inaugurated: Site, counter: Callable[..., Presence], verifier: User
) -> None:
    reported = Standpoint(TODAY, layer=Layer.REPORTED)
    waiting = counter("Cek sertifikat", is_verified=False)

    assert cell(inaugurated).level is None
    assert cell(inaugurated, standpoint=reported).level == LIVE
    send_back(waiting, by=verifier, reason="Belum dibuka")
    assert cell(inaugurated, standpoint=reported).level is None


@pytest.mark.parametrize(
    ("dates", "level"),
    [
        ({"valid_until": TODAY}, SIGNED),
        ({"valid_until": date(2026, 5, 31)}, None),
        ({"valid_from": date(2026, 6, 2)}, None),
        ({}, SIGNED),
    ],
)
def test_a_pks_counts_while_it_holds(
    inaugurated: Site, pks: Callable[..., Agreement], dates: dict[str, date], level: PresenceLevel | None
) -> None:
    pks(**dates)

    matrix = presence_by_site(NOW)
    assert matrix.cells[Institution.objects.get(abbreviation="ATR/BPN").pk, inaugurated.pk].level == level


def test_an_addendum_extends_or_shortens_a_pks(inaugurated: Site, pks: Callable[..., Agreement]) -> None:
    first = pks(valid_until=date(2026, 5, 1))
    pks(None, kind="addendum", title="Adendum", amends=first, valid_from=date(2026, 4, 1), valid_until=TODAY)

    assert cell(inaugurated).level == SIGNED
    assert cell(inaugurated, standpoint=Standpoint(date(2026, 6, 2))).level is None
    shorter = {"valid_from": date(2026, 5, 2), "valid_until": date(2026, 5, 15)}
    pks(None, kind="addendum", title="Adendum 2", amends=first, **shorter)
    assert cell(inaugurated).level is None


# --- What is counted -----------------------------------------------------------------------------------------


def test_the_share_is_of_the_inaugurated_mpps_rounded_half_up(counter: Callable[..., Presence]) -> None:
    counter(staff=1)

    standing = tally()

    assert standing.present == 1
    assert standing.share_pct == (Decimal(100) / standing.inaugurated).quantize(Decimal("0.1"), "ROUND_HALF_UP")
    assert standing.unknown == standing.inaugurated - 1
    assert Tally(inaugurated=8, known=8, live=1).share_pct == Decimal("12.5")
    assert Tally(inaugurated=16, known=1, staffed=1).share_pct == Decimal("6.3")
    assert Tally().share_pct is None


def test_a_branch_counts_nowhere(
    site: Site, verified: Callable[..., Milestone], counter: Callable[..., Presence]
) -> None:
    before = tally()
    branch = Site.objects.create(regency=site.regency, name="Mini MPP", is_branch=True)
    verified(branch, Stage.INAUGURATED, date(2026, 1, 1))

    counter(site=branch, staff=1)

    assert tally() == before
    assert branch.pk not in {place.pk for place in presence_by_site(NOW).places}


def test_an_mpp_that_is_not_inaugurated_is_shown_but_not_counted(
    ponorogo: Regency, verified: Callable[..., Milestone], counter: Callable[..., Presence]
) -> None:
    before = tally()
    trial = Site.objects.create(regency=ponorogo, name="MPP baru")
    verified(trial, Stage.SOFT_LAUNCHED, date(2026, 1, 1))

    counter(site=trial, staff=1)

    assert tally() == before
    (place,) = (place for place in presence_by_site(NOW, "35").places if place.pk == trial.pk)
    assert (place.is_inaugurated, place.is_known) == (False, True)
    assert cell(trial).level == STAFFED


def test_a_province_is_asked_for_alone(counter: Callable[..., Presence]) -> None:
    counter(staff=1)

    matrix = presence_by_site(NOW, "35")

    assert {place.area.code for place in matrix.places} == {"35"}
    assert {party.abbreviation: matrix.tally(party) for party in matrix.parties} == {
        party.abbreviation: tally(party.abbreviation) for party in matrix.parties
    }
    assert presence_by_site(NOW, "00").places == ()
    assert len(presence_by_site(NOW, "00").parties) == 17


@pytest.mark.parametrize("wrong", [{"layer": "rumor"}, {"boundaries": "x"}])
def test_a_standpoint_knows_only_its_lists(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        Standpoint(TODAY, **wrong)


def test_it_takes_two_queries_however_much_there_is(
    counter: Callable[..., Presence], django_assert_num_queries: Any
) -> None:
    # 1 who continues whom, 2 the matrix
    for _ in range(2):
        with django_assert_num_queries(2):
            presence_by_province(NOW)
        with django_assert_num_queries(2):
            presence_by_site(NOW)
        for institution in Institution.objects.all():
            if not Presence.objects.filter(institution=institution).exists():
                counter("Layanan", institution=institution)


# --- Ledgers nobody has thought of ---------------------------------------------------------------------------

standpoints = st.fixed_dictionaries(
    {
        "as_at": days,
        "known_at": st.none() | days.map(lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)),
        "layer": st.sampled_from(Layer.values),
        "boundaries": st.sampled_from(Boundaries.values),
    }
)
NAMES = ["ATR/BPN", "BP2MI", "PLN", "Taspen", "MA", "BKPM"]


def imagine(rng: random.Random, officer: User, verifier: User) -> None:
    """Write MPPs, counters and agreements beside the real rollout, with everything that can become of them."""
    institutions = list(Institution.objects.filter(abbreviation__in=NAMES))
    sites = []
    for regency in Regency.objects.filter(code__in=CODES):
        for number in range(rng.randint(0, 2)):
            site = Site.objects.create(regency=regency, name=f"Coba {number}", is_branch=rng.random() < 0.2)
            _entry(
                rng, Milestone(site=site, stage="building", reached_on=date(2022, 1, 1)), officer, verifier, "verified"
            )
            for _ in range(rng.randint(0, 2)):
                stage, reached_on = rng.choice(["inaugurated", "inaugurated", "opened"]), _day(rng)
                _entry(rng, Milestone(site=site, stage=stage, reached_on=reached_on), officer, verifier)
            _counters(rng, site, institutions, officer, verifier)
            sites.append(site)
    _rename(rng)
    institutions = list(Institution.objects.filter(abbreviation__in=[*NAMES, "Baru"]))
    for number in range(rng.randint(0, 8)):
        kind = rng.choice(["pks", "pks", "pks", "mou"])
        place = rng.choice([*sites, None]) if kind == "mou" else rng.choice(sites or [None])
        if kind == "mou" or place:
            agreement = _agree(rng, institutions, kind=kind, title=f"Naskah {number}", site=place)
            for more in range(rng.randint(0, 2)):
                _agree(rng, institutions, kind="addendum", title=f"Adendum {number}.{more}", amends=agreement)


def _day(rng: random.Random) -> date:
    return FIRST + timedelta(days=rng.randint(-30, SPAN))


def _entry(rng: random.Random, entry: Any, officer: User, verifier: User, state: str = "") -> Any:
    """Save an entry with the times of its state; None where the database refuses it."""
    entry.reported_by = officer
    entry.reported_at = datetime(2022, 6, 1, tzinfo=UTC) + timedelta(hours=rng.randint(0, SPAN * 24))
    entry.state = "reported"
    state = state or rng.choice(["reported", "verified", "verified", "verified", "returned"])
    try:
        with transaction.atomic():
            entry.save()
            if isinstance(entry, Presence):
                names = [f"Layanan {number}" for number in range(rng.choice([0, 0, 1, 3]))]
                Service.objects.bulk_create([Service(presence=entry, name=name) for name in names])
            if state != "reported":
                entry.state, entry.reviewed_by, entry.review_note = state, verifier, "alasan"
                entry.reviewed_at = entry.reported_at + timedelta(hours=rng.randint(0, 500))
                entry.save()
    except DatabaseError:
        return None
    return entry


def _counters(rng: random.Random, site: Site, institutions: list[Institution], officer: User, verifier: User) -> None:
    earlier: list[Presence] = []
    for _ in range(rng.randint(0, 7)):
        open_to_correction = [
            entry
            for entry in earlier
            if entry.state == "verified" and not any(other.supersedes_id == entry.pk for other in earlier)
        ]
        corrected = rng.choice(open_to_correction) if open_to_correction and rng.random() < 0.5 else None
        opened_on = _day(rng)
        closed_on = opened_on + timedelta(days=rng.randint(0, 150)) if rng.random() < 0.4 else None
        presence = Presence(
            site=site,
            institution=corrected.institution if corrected else rng.choice(institutions),
            counter_opened_on=opened_on,
            counter_closed_on=closed_on,
            staff=rng.choice([None, 0, 1, 4]),
            supersedes=corrected,
            withdraws=corrected is not None and rng.random() < 0.3,
            note="alasan",
        )
        saved = _entry(rng, presence, officer, verifier)
        if saved is not None:
            earlier.append(saved)


def _rename(rng: random.Random) -> None:
    if rng.random() < 0.5:
        new = Institution.objects.create(abbreviation="Baru", name="Kementerian Baru", kind="kementerian")
        Institution.objects.filter(abbreviation="BP2MI").update(valid_until=_day(rng), succeeded_by=new)
    if rng.random() < 0.5:
        heir = Institution.objects.get(abbreviation=rng.choice(["Taspen", "BKPM"]))
        Institution.objects.filter(abbreviation="PLN").update(valid_until=_day(rng), succeeded_by=heir)


def _agree(rng: random.Random, institutions: list[Institution], **said: Any) -> Agreement:
    begins_on = _day(rng)
    ends_on = begins_on + timedelta(days=rng.randint(0, 200)) if rng.random() < 0.6 else None
    agreement = Agreement.objects.create(signed_on=begins_on, valid_from=begins_on, valid_until=ends_on, **said)
    for institution in rng.sample(institutions, rng.randint(0, 3)):
        if institution.valid_until is None or institution.valid_until >= begins_on:
            Signatory.objects.create(agreement=agreement, institution=institution, signed_on=begins_on)
    return agreement


@given(rng=worlds, standpoint=standpoints)
@slowly
def test_the_matrix_is_what_a_patient_clerk_finds(
    rng: random.Random, standpoint: dict[str, Any], officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)
        asked = Standpoint(**standpoint)

        by_site, by_province = presence_by_site(asked), presence_by_province(asked)

        files = read(**standpoint)
        codes = dict(Province.objects.values_list("pk", "code"))
        names = {party.pk: party.abbreviation for party in by_site.parties}
        assert by_province.parties == by_site.parties
        assert {party.abbreviation: set(party.signed_as) for party in by_site.parties} == {
            heir: signed_as - {heir} for heir, signed_as in files.parties.items()
        }
        assert {place.pk: (place.is_inaugurated, place.is_known) for place in by_site.places} == files.places
        assert {place.pk: place.area.code for place in by_site.places} == {
            pk: codes[province] for pk, province in files.provinces.items()
        }
        assert {
            (names[heir], pk): (each.level, each.has_pks) for (heir, pk), each in by_site.cells.items()
        } == files.cells
        for party in by_site.parties:
            total = sum((by_province.tallies[party.pk, area.code] for area in by_province.areas), Tally())
            assert total == by_site.tally(party)
            assert 0 <= total.present <= total.known <= total.inaugurated
            for area in by_province.areas:
                assert by_province.tallies[party.pk, area.code] == _recount(
                    [
                        (files.places[pk], files.cells[party.abbreviation, pk])
                        for pk, province in files.provinces.items()
                        if codes[province] == area.code
                    ]
                )


def _recount(held: list[tuple[tuple[bool, bool], tuple[str | None, bool]]]) -> Tally:
    """Return the tally of an area from what is held of its MPPs."""
    inaugurated = [(is_known, level) for (is_inaugurated, is_known), (level, _has_pks) in held if is_inaugurated]
    levels = [level for _is_known, level in inaugurated]
    return Tally(
        inaugurated=len(inaugurated),
        known=sum(is_known for is_known, _level in inaugurated),
        live=levels.count("live"),
        staffed=levels.count("staffed"),
        signed=levels.count("signed"),
        nothing=levels.count("nothing"),
        signed_absent=sum(has_pks and level == "signed" for _place, (level, has_pks) in held),
    )
