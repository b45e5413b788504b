"""Does the database hold what is true of institutions, agreements, presence and pledges, and say so in Indonesian?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from commitments.choices import AgreementKind, ServiceChannel
from commitments.models import (
    Agreement,
    Institution,
    InstitutionAssignment,
    Pledge,
    PledgeRevision,
    Presence,
    Service,
    Signatory,
    institutions_of,
)
from commitments.services.assignments import let_speak
from commitments.services.presence import ServiceLine, report_presence
from mpp_tracker.lib.constraints import save_checked
from regions.choices import EntryState, Role
from regions.models import Assignment, DirtyProvince, Regency, Site
from regions.services.ledger import verify

pytestmark = pytest.mark.django_db

OPENED_ON = date(2026, 3, 1)


def presence(site: Site, institution: Institution, **more: Any) -> Presence:
    return Presence(**{"site": site, "institution": institution, "counter_opened_on": OPENED_ON} | more)


def refused(save: Callable[[], Any]) -> str:
    """Return with which words the database refuses."""
    with pytest.raises((DatabaseError, ValidationError)) as error, transaction.atomic():
        save()
    return str(error.value)


# --- The memorandum ------------------------------------------------------------------------------------------


def test_the_memorandum_has_its_17_parties_and_their_obligations(db: None) -> None:
    memorandum = Agreement.objects.get()

    assert (memorandum.kind, memorandum.signed_on) == (AgreementKind.MOU, date(2022, 6, 28))
    assert memorandum.signatories.count() == 17
    promised = dict(
        memorandum.signatories.exclude(obligations="").values_list("institution__abbreviation", "obligations")
    )
    assert set(promised) == {"Kemendagri", "Taspen"}
    assert "seluruh MPP" in promised["Taspen"]


def test_an_old_agreement_keeps_the_name_of_its_day(db: None) -> None:
    old = Institution.objects.get(abbreviation="BP2MI")
    new = Institution.objects.create(
        abbreviation="KP2MI", name="Kementerian P2MI", kind="kementerian", valid_from=date(2024, 10, 21)
    )
    Institution.objects.filter(pk=old.pk).update(valid_until=date(2024, 10, 20), succeeded_by=new)

    names = set(Agreement.objects.get().institutions.values_list("abbreviation", flat=True))

    assert "BP2MI" in names
    assert "KP2MI" not in names
    assert Institution.objects.heirs()[old.pk] == new.pk


def test_whoever_speaks_for_an_institution_speaks_for_all_its_names(officer: User) -> None:
    old = Institution.objects.get(abbreviation="BP2MI")
    new = Institution.objects.create(abbreviation="KP2MI", name="Kementerian P2MI", kind="kementerian")
    Institution.objects.filter(pk=old.pk).update(valid_until=date(2024, 10, 20), succeeded_by=new)
    InstitutionAssignment.objects.create(user=officer, institution=old, valid_from=date(2022, 1, 1))

    assert institutions_of(officer) == {old.pk, new.pk}


def test_an_assignment_ends_with_its_last_day(officer: User, bpn: Institution) -> None:
    InstitutionAssignment.objects.create(
        user=officer, institution=bpn, valid_from=date(2022, 1, 1), valid_until=date(2023, 1, 1)
    )

    assert institutions_of(officer) == frozenset()


def test_a_line_of_successors_does_not_come_back_to_itself(bpn: Institution) -> None:
    other = Institution.objects.get(abbreviation="PLN")
    Institution.objects.filter(pk=other.pk).update(succeeded_by=bpn, valid_until=OPENED_ON)
    bpn.succeeded_by, bpn.valid_until = Institution.objects.get(pk=other.pk), OPENED_ON

    with pytest.raises(ValidationError, match="tidak boleh kembali"):
        bpn.full_clean()


# --- What the database refuses -------------------------------------------------------------------------------

AGREED = {"kind": "mou", "title": "Nota", "signed_on": OPENED_ON, "valid_from": OPENED_ON}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"valid_until": date(2026, 2, 28)}, "Akhir perjanjian tidak boleh mendahului"),
        ({"kind": "pks"}, "PKS memerlukan MPP"),
        ({"kind": "addendum"}, "Adendum, dan hanya adendum"),
        ({"title": ""}, "tidak boleh kosong"),
        ({"kind": "janji"}, "bukan pilihan"),
    ],
)
def test_an_agreement_holds_together(db: None, change: dict[str, Any], says: str) -> None:
    agreement = Agreement(**AGREED | change)

    with pytest.raises(ValidationError, match=says):
        agreement.full_clean()
    assert refused(lambda: save_checked(Agreement(**AGREED | change)))
    assert refused(lambda: Agreement.objects.bulk_create([Agreement(**AGREED | change)]))


def test_an_institution_signs_only_while_it_exists(bpn: Institution) -> None:
    agreement = Agreement.objects.create(**AGREED)
    Institution.objects.filter(pk=bpn.pk).update(valid_from=date(2026, 4, 1))

    signature = Signatory(agreement=agreement, institution=bpn, signed_on=OPENED_ON)

    assert "belum atau tidak lagi ada" in refused(signature.save)
    with pytest.raises(ValidationError, match="belum atau tidak lagi ada"):
        signature.full_clean()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"counter_closed_on": date(2026, 2, 1)}, "tidak dapat ditutup sebelum dibuka"),
        ({"counter_opened_on": date(2016, 1, 1)}, "2017-01-01|belum tercatat ada"),
        ({"counter_opened_on": date(2025, 12, 31)}, "belum tercatat ada"),
        ({"service_days": [0, 8]}, "Hari layanan|pilihan"),
        ({"site_id": 99999999}, "."),
    ],
)
def test_a_presence_holds_together(
    open_site: Site, bpn: Institution, dinas: User, change: dict[str, Any], says: str
) -> None:
    wrong = presence(open_site, bpn, **change)
    if "site_id" in change:
        wrong.site_id = change["site_id"]

    with pytest.raises((ValidationError, PermissionDenied), match=says if "site_id" not in change else None):
        report_presence(wrong, services=[], by=dinas)

    raw = presence(open_site, bpn, **change, state=EntryState.REPORTED, reported_by=dinas, reported_at=timezone.now())
    if "site_id" in change:
        raw.site_id = change["site_id"]

    def insert() -> None:
        Presence.objects.bulk_create([raw])
        connection.check_constraints()

    assert refused(insert)


def test_the_same_counter_is_not_recorded_twice_at_the_same_time(
    open_site: Site, bpn: Institution, dinas: User, verifier: User
) -> None:
    first = report_presence(presence(open_site, bpn, counter_closed_on=date(2026, 6, 30)), services=[], by=dinas)
    waiting = "sudah tercatat pada masa itu"

    with pytest.raises(ValidationError, match=waiting):
        report_presence(presence(open_site, bpn, counter_opened_on=date(2026, 5, 1)), services=[], by=dinas)
    verify(first, by=verifier)
    with pytest.raises(ValidationError, match=waiting):
        report_presence(presence(open_site, bpn, counter_opened_on=date(2026, 5, 1)), services=[], by=dinas)
    said = {"state": EntryState.REPORTED, "reported_by": dinas, "reported_at": timezone.now()}
    assert waiting in refused(lambda: presence(open_site, bpn, counter_opened_on=date(2026, 5, 1), **said).save())

    report_presence(presence(open_site, bpn, counter_opened_on=date(2026, 7, 1)), services=[], by=dinas)


def test_what_changes_is_said_anew_and_supersedes(
    open_site: Site, bpn: Institution, dinas: User, verifier: User
) -> None:
    first = verify(report_presence(presence(open_site, bpn, staff=2), services=[], by=dinas), by=verifier)

    later = presence(open_site, bpn, staff=1, supersedes=first, note="Petugas berkurang")
    verify(report_presence(later, services=[ServiceLine("Cek sertifikat")], by=dinas), by=verifier)

    assert [entry.staff for entry in Presence.objects.in_force()] == [1]
    assert Presence.objects.get(pk=first.pk).staff == 2


def test_a_presence_changes_no_coverage(open_site: Site, bpn: Institution, dinas: User, verifier: User) -> None:
    DirtyProvince.objects.all().delete()

    verify(report_presence(presence(open_site, bpn), services=[], by=dinas), by=verifier)

    assert not DirtyProvince.objects.exists()


def test_a_service_is_named_once_a_counter(open_site: Site, bpn: Institution, dinas: User) -> None:
    twice = [ServiceLine("Cek sertifikat"), ServiceLine("cek SERTIFIKAT")]

    with pytest.raises(ValidationError, match="sudah ada dalam daftar"):
        report_presence(presence(open_site, bpn), services=twice, by=dinas)

    assert not Presence.objects.filter(site=open_site).exists()
    report_presence(
        presence(open_site, bpn),
        services=[ServiceLine("Cek sertifikat"), ServiceLine("Cek sertifikat", ServiceChannel.ELECTRONIC)],
        by=dinas,
    )


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE commitments_service SET name = 'lain' WHERE presence_id = %s",
        "DELETE FROM commitments_service WHERE presence_id = %s",
        "INSERT INTO commitments_service (presence_id, name, channel, is_licence) VALUES (%s, 'x', 'direct', false)",
        "UPDATE commitments_presence SET staff = 9 WHERE id = %s",
        "DELETE FROM commitments_presence WHERE id = %s",
    ],
)
def test_raw_sql_cannot_touch_a_verified_presence(
    attack: str, open_site: Site, bpn: Institution, dinas: User, verifier: User
) -> None:
    entry = report_presence(presence(open_site, bpn), services=[ServiceLine("Cek sertifikat")], by=dinas)
    verify(entry, by=verifier)

    with pytest.raises(DatabaseError, match="tidak dapat diubah"), transaction.atomic():
        connection.cursor().execute(attack, [entry.pk])


def test_only_the_site_or_the_institution_reports_a_presence(
    open_site: Site, bpn: Institution, verifier: User, ponorogo: Regency
) -> None:
    speaker = User.objects.create_user("bpn@pantau-mpp.example")
    stranger = User.objects.create_user("pln@pantau-mpp.example")
    InstitutionAssignment.objects.create(user=speaker, institution=bpn, valid_from=date(2022, 1, 1))
    pln = Institution.objects.get(abbreviation="PLN")
    InstitutionAssignment.objects.create(user=stranger, institution=pln, valid_from=date(2022, 1, 1))

    with pytest.raises(PermissionDenied):
        report_presence(presence(open_site, bpn), services=[], by=stranger)
    entry = report_presence(presence(open_site, bpn), services=[], by=speaker)

    assert Presence.objects.visible_to(speaker).filter(pk=entry.pk).exists()
    assert not Presence.objects.visible_to(stranger).filter(pk=entry.pk).exists()


def test_an_agreement_about_another_site_supports_no_counter(open_site: Site, bpn: Institution, dinas: User) -> None:
    elsewhere = Site.objects.exclude(pk=open_site.pk).first()
    pks = Agreement.objects.create(**AGREED | {"kind": "pks", "site": elsewhere})

    with pytest.raises(ValidationError, match="MPP lain"):
        report_presence(presence(open_site, bpn, agreement=pks), services=[], by=dinas)


def test_one_sites_207_services_come_in_one_report_with_few_queries(
    open_site: Site, bpn: Institution, dinas: User, django_assert_max_num_queries: Any
) -> None:
    lines = [ServiceLine(f"Layanan {number}") for number in range(207)]

    with django_assert_max_num_queries(16):
        entry = report_presence(presence(open_site, bpn), services=lines, by=dinas)

    assert Service.objects.filter(presence=entry).count() == 207


# --- Pledges -------------------------------------------------------------------------------------------------

PROMISED = {"pledged_on": date(2022, 5, 27), "due_on": date(2022, 12, 31), "date_precision": "year"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"due_on": date(2022, 5, 1), "date_precision": "day"}, "tidak boleh mendahului janjinya"),
        ({"due_on": date(2022, 12, 30)}, "hari terakhirnya"),
        ({"pledged_on": date(2007, 5, 27)}, "2017-01-01"),
    ],
)
def test_a_pledge_holds_together(ponorogo: Regency, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Pledge(regency=ponorogo, **PROMISED | change).full_clean()
    with pytest.raises(ValidationError, match=says):
        save_checked(Pledge(regency=ponorogo, **PROMISED | change))


def test_a_revision_has_a_reason_and_follows_its_pledge(ponorogo: Regency) -> None:
    pledge = Pledge.objects.create(regency=ponorogo, **PROMISED)
    again = {"pledge": pledge, "revised_on": date(2023, 1, 1), "due_on": date(2023, 12, 31), "date_precision": "year"}

    with pytest.raises(ValidationError, match="tidak boleh kosong"):
        save_checked(PledgeRevision(**again, reason=""))
    with pytest.raises(ValidationError, match="mendahului janjinya"):
        PledgeRevision(**again | {"revised_on": date(2022, 1, 1)}, reason="Anggaran").full_clean()
    PledgeRevision(**again, reason="Anggaran dialihkan").full_clean()


def test_a_report_that_waits_is_for_its_turf(open_site: Site, bpn: Institution, dinas: User) -> None:
    entry = report_presence(presence(open_site, bpn), services=[], by=dinas)
    foreign = User.objects.create_user("asing@pantau-mpp.example")
    Assignment.objects.create(
        user=foreign, role=Role.OFFICER, regency=Regency.objects.get(code="35.10"), valid_from=date(2026, 1, 1)
    )

    assert Presence.objects.visible_to(dinas).filter(pk=entry.pk).exists()
    assert not Presence.objects.visible_to(foreign).filter(pk=entry.pk).exists()


def test_only_editors_let_somebody_speak_for_an_institution(bpn: Institution, dinas: User, editor: User) -> None:
    assignment = InstitutionAssignment(user=dinas, institution=bpn, valid_from=OPENED_ON)

    with pytest.raises(PermissionDenied):
        let_speak(assignment, by=dinas)
    assert let_speak(assignment, by=editor).granted_by == editor
