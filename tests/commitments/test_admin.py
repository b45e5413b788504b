"""Can staff keep institutions, agreements and presence in the admin, with refusals as sentences?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from commitments.models import Agreement, Institution, InstitutionAssignment, Presence, Signatory
from mpp_tracker.lib.history import version_of
from regions.choices import EntryState, Role
from regions.models import Assignment, Site
from regions.services.ledger import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:commitments_{model}_{page}", args=args)


def signatories(*rows: dict[str, Any]) -> dict[str, Any]:
    form: dict[str, Any] = {"signatories-TOTAL_FORMS": str(len(rows)), "signatories-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        form |= {f"signatories-{number}-{field}": value for field, value in row.items()}
    return form


def agreement_form(**change: Any) -> dict[str, Any]:
    plain = {"kind": "mou", "title": "Nota baru", "signed_on": "2026-03-01", "valid_from": "2026-03-01"}
    return plain | change


def counter_form(site: Site, institution: Institution, /, **change: Any) -> dict[str, Any]:
    plain = {"site": site.pk, "institution": institution.pk, "counter_opened_on": "2026-03-01"}
    return plain | {"date_precision": "day", "services": "Cek sertifikat; elektronik; izin"} | change


# --- Institutions --------------------------------------------------------------------------------------------


def test_the_name_of_an_institution_that_signed_stays_and_the_page_says_how_to_rename(
    staff: Client, bpn: Institution
) -> None:
    address = url("institution", "change", bpn.pk)

    assert "buat instansi baru" in staff.get(address).content.decode()
    form = {"abbreviation": "Lain", "name": "Lain", "kind": "lain", "seen_version": version_of(bpn)}
    assert staff.post(address, form).status_code == 302

    bpn.refresh_from_db()
    assert (bpn.abbreviation, bpn.kind) == ("ATR/BPN", "lain")


def test_the_name_of_one_that_nothing_refers_to_can_be_put_right(staff: Client) -> None:
    fresh = Institution.objects.create(abbreviation="BKN", name="Badan Kepegawaian", kind="lembaga")
    address = url("institution", "change", fresh.pk)

    assert "buat instansi baru" not in staff.get(address).content.decode()
    form = {"abbreviation": "BKN", "name": "Badan Kepegawaian Negara", "kind": "lembaga"}
    staff.post(address, form | {"seen_version": version_of(fresh)})

    fresh.refresh_from_db()
    assert fresh.name == "Badan Kepegawaian Negara"


def test_a_renamed_institution_names_its_successor(staff: Client, bpn: Institution) -> None:
    heir = Institution.objects.create(abbreviation="Kemen-ATR", name="Kementerian ATR", kind="kementerian")
    form = {"kind": bpn.kind, "succeeded_by": heir.pk, "seen_version": version_of(bpn)}

    without = staff.post(url("institution", "change", bpn.pk), form)
    assert "memerlukan tanggal akhir" in str(without.context["errors"])
    staff.post(url("institution", "change", bpn.pk), form | {"valid_until": "2026-05-01"})

    bpn.refresh_from_db()
    assert bpn.succeeded_by == heir


def test_an_assignment_names_who_gave_it_and_is_ended_not_deleted(
    staff: Client, editor: User, officer: User, bpn: Institution
) -> None:
    form = {"user": officer.pk, "institution": bpn.pk, "valid_from": "2026-01-01"}

    wrong = staff.post(url("institutionassignment", "add"), form | {"valid_until": "2025-01-01"})
    assert "tidak boleh mendahului awalnya" in str(wrong.context["errors"])
    staff.post(url("institutionassignment", "add"), form)

    assignment = InstitutionAssignment.objects.get(user=officer)
    assert assignment.granted_by == editor
    address = url("institutionassignment", "delete", assignment.pk)
    assert staff.post(address, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VERIFIER, Role.VIEWER, None])
def test_only_editors_let_people_speak_for_institutions(
    client: Client, officer: User, bpn: Institution, role: str | None
) -> None:
    if role:
        Assignment.objects.create(user=officer, role=role, valid_from=timezone.localdate())
    client.force_login(officer)

    form = {"user": officer.pk, "institution": bpn.pk, "valid_from": "2026-01-01"}
    client.post(url("institutionassignment", "add"), form)

    assert InstitutionAssignment.objects.exists() is (role in (Role.EDITOR, Role.VERIFIER))


# --- Agreements ----------------------------------------------------------------------------------------------


def test_an_agreement_is_entered_with_who_signed_it(staff: Client, bpn: Institution, open_site: Site) -> None:
    signed = {"institution": bpn.pk, "signed_on": "2026-03-01", "signed_by": "Kepala Kantor", "obligations": "Petugas"}
    form = agreement_form(kind="pks", number="12/2026", site=open_site.pk, valid_until="2028-03-01")

    response = staff.post(url("agreement", "add"), form | signatories(signed))

    assert response.status_code == 302
    signature = Signatory.objects.get(agreement__number="12/2026")
    assert (signature.institution, signature.signed_by) == (bpn, "Kepala Kantor")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"valid_until": "2026-02-28"}, "Akhir perjanjian tidak boleh mendahului"),
        ({"kind": "pks"}, "PKS memerlukan MPP"),
        ({"kind": "addendum"}, "Adendum, dan hanya adendum"),
        ({"title": ""}, "harus diisi"),
        ({"kind": "janji"}, "pilihan"),
        ({"site": "999999999"}, "pilihan"),
        ({"signed_on": "2026-02-30"}, "tanggal"),
    ],
)
def test_what_an_agreement_lacks_is_said_on_the_form(staff: Client, change: dict[str, str], says: str) -> None:
    response = staff.post(url("agreement", "add"), agreement_form(**change) | signatories())

    assert response.status_code == 200
    assert says in str(response.context["errors"])
    assert Agreement.objects.count() == 1


def test_a_signature_from_before_the_institution_is_refused_on_the_form(staff: Client, bpn: Institution) -> None:
    Institution.objects.filter(pk=bpn.pk).update(valid_from=date(2026, 4, 1))
    signed = {"institution": bpn.pk, "signed_on": "2026-03-01"}

    response = staff.post(url("agreement", "add"), agreement_form() | signatories(signed))

    assert "belum atau tidak lagi ada" in str(response.context["errors"])
    twice = signatories(*[signed | {"signed_on": "2026-05-01"}] * 2)
    assert staff.post(url("agreement", "add"), agreement_form() | twice).context["errors"]
    assert Agreement.objects.count() == 1


def test_the_list_says_how_each_agreement_stands_addenda_included(staff: Client) -> None:
    today = timezone.localdate()
    said = {"kind": "mou", "signed_on": date(2024, 1, 1), "valid_from": date(2024, 1, 1)}
    for title, left in (("Lewat", -1), ("Segera", 30), ("Diperpanjang", 30)):
        Agreement.objects.create(title=title, valid_until=today + timedelta(days=left), **said)
    extended = Agreement.objects.get(title="Diperpanjang")
    Agreement.objects.create(
        **said | {"kind": "addendum"}, title="Adendum", amends=extended, valid_until=today + timedelta(days=900)
    )

    rows = staff.get(url("agreement", "changelist")).context["cl"].result_list

    shown = {row.title: str(admin.site.get_model_admin(Agreement).standing(row)) for row in rows}
    assert (shown["Lewat"], shown["Segera"], shown["Diperpanjang"]) == ("Berakhir", "Segera berakhir", "Berlaku")


# --- Presence ------------------------------------------------------------------------------------------------


def test_a_counter_entered_here_is_reported_with_its_services(
    staff: Client, editor: User, open_site: Site, bpn: Institution
) -> None:
    response = staff.post(url("presence", "add"), counter_form(open_site, bpn, service_days=["1", "5"]))

    assert response.status_code == 302
    entry = Presence.objects.get(site=open_site)
    assert (entry.state, entry.reported_by, entry.service_days) == (EntryState.REPORTED, editor, [1, 5])
    assert [(service.name, service.channel) for service in entry.services.all()] == [("Cek sertifikat", "electronic")]
    page = staff.get(url("presence", "change", entry.pk)).content.decode()
    assert "Cek sertifikat" in page
    assert "Senin, Jumat" in page
    assert staff.post(url("presence", "change", entry.pk), {"staff": "3"}).status_code == 403
    assert staff.get(url("presence", "history", entry.pk)).status_code == 200


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"counter_opened_on": "2999-01-01"}, "masa depan"),
        ({"counter_opened_on": "2025-12-31"}, "belum tercatat ada"),
        ({"counter_closed_on": "2026-02-01"}, "tidak dapat ditutup sebelum dibuka"),
        ({"services": "Roya; keliling"}, "Baris 1"),
        ({"services": "Roya\nroya"}, "sudah ada pada baris 1"),
        ({"service_days": ["8"]}, "pilihan"),
        ({"site": "999999999"}, "pilihan"),
        ({"withdraws": "on"}, "alasannya"),
    ],
)
def test_what_the_ledger_refuses_is_said_on_the_form(
    staff: Client, open_site: Site, bpn: Institution, change: dict[str, Any], says: str
) -> None:
    response = staff.post(url("presence", "add"), counter_form(open_site, bpn, **change))

    assert response.status_code == 200
    assert says in str(response.context["errors"])
    assert not Presence.objects.filter(site=open_site).exists()


def test_the_same_counter_twice_is_refused_on_the_form(
    staff: Client, open_site: Site, bpn: Institution, counter: Callable[..., Presence]
) -> None:
    first = counter("Cek sertifikat")

    response = staff.post(url("presence", "add"), counter_form(open_site, bpn, counter_opened_on="2026-05-01"))
    assert "sudah tercatat pada masa itu" in str(response.context["errors"])
    anew = counter_form(open_site, bpn, supersedes=first.pk, note="Layanan berubah")

    assert staff.post(url("presence", "add"), anew).status_code == 302
    assert Presence.objects.filter(supersedes=first).exists()


@pytest.mark.parametrize("rows", [1, 60])
@pytest.mark.parametrize(
    ("model", "queries"),
    [
        # session and user 2, count 2, rows 1, then the filters and the date hierarchy
        ("institution", 5),
        ("institutionassignment", 8),
        ("agreement", 8),
        ("presence", 9),
    ],
)
def test_lists_take_as_many_queries_for_a_page_as_for_a_row(
    staff: Client, dinas: User, open_site: Site, model: str, queries: int, rows: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        unit = Institution.objects.create(abbreviation=f"Unit {number}", name=f"Unit {number}", kind="lain")
        InstitutionAssignment.objects.create(user=dinas, institution=unit, valid_from=date(2026, 1, 1))
        signed = {"signed_on": date(2026, 1, 1), "valid_from": date(2026, 1, 1)}
        Agreement.objects.create(kind="pks", title=f"PKS {number}", site=open_site, **signed)
        report(Presence(site=open_site, institution=unit, counter_opened_on=date(2026, 3, 1)), by=dinas)

    for parameters in ({}, {"q": "unit"}):
        with django_assert_max_num_queries(queries):
            assert staff.get(url(model, "changelist"), parameters).status_code == 200


def test_a_counter_to_correct_is_offered_by_site(staff: Client, counter: Callable[..., Presence]) -> None:
    counter("Cek sertifikat")
    asked = {"app_label": "commitments", "model_name": "presence", "field_name": "supersedes", "term": "ponorogo"}

    response = staff.get(reverse("admin:autocomplete"), asked)

    assert [row["text"] for row in response.json()["results"]] == ["ATR/BPN, MPP Kabupaten Ponorogo"]
