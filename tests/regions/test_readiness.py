"""Is readiness said, reviewed, corrected and frozen as honestly as any other statement of the ledger?"""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from regions.choices import EntryState, NoticeKind, ReadinessAspect, ReadinessLevel, Role
from regions.models import (
    Assignment,
    DirtyProvince,
    Notice,
    Province,
    ReadinessAssessment,
    ReadinessBaseline,
    Regency,
)
from regions.reports import work_room
from regions.rules import readiness_movement
from regions.services.ledger import report, send_back, verify
from regions.services.readiness import report_assessment

pytestmark = pytest.mark.django_db

FORM_URL = "/kerja/kabkota/35.02/kesiapan/"
NOT_YET, PARTLY, READY = ReadinessLevel


def assign(user: User, role: str, **turf: Any) -> None:
    Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate(), **turf)


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    assign(officer, Role.OFFICER, regency=ponorogo)
    return officer


@pytest.fixture
def desk(client: Client, dinas: User) -> Client:
    client.force_login(dinas)
    return client


@pytest.fixture
def review_desk(verifier: User) -> Client:
    assign(verifier, Role.VERIFIER)
    client = Client()
    client.force_login(verifier)
    return client


def form(**change: str) -> dict[str, str]:
    plain = {"assessed_on": "2026-03-01", "budget": "ready", "building": "partly", "client_id": str(uuid.uuid4())}
    return plain | change


def execute(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Else what a test wrote just now would itself keep a table from being emptied.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, parameters)


# --- Rules -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "movement"),
    [
        (NOT_YET, READY, "up"),
        (PARTLY, READY, "up"),
        (READY, PARTLY, "down"),
        (PARTLY, NOT_YET, "down"),
        (PARTLY, PARTLY, "same"),
        (None, NOT_YET, "found"),
        (None, READY, "found"),
        (NOT_YET, None, "lost"),
        (None, None, "unknown"),
    ],
)
def test_unknown_is_neither_above_nor_below_a_level(
    before: ReadinessLevel | None, now: ReadinessLevel | None, movement: str
) -> None:
    assert readiness_movement(before, now) == movement


def test_an_aspect_without_a_level_is_unknown(assessed: Callable[..., ReadinessAssessment]) -> None:
    levels = assessed(budget="not_yet").levels

    assert levels[ReadinessAspect.BUDGET] == NOT_YET
    assert [levels[aspect] for aspect in ReadinessAspect if aspect != "budget"] == [None] * 7


# --- What the ledger and the database refuse ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"budget": "almost"}, "pilihan"),
        ({"budget": ""}, "sedikitnya satu aspek"),
        ({"assessed_on": date(2999, 1, 1)}, "masa depan"),
        ({"assessed_on": date(2016, 12, 31)}, "2017-01-01"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    assessed: Callable[..., ReadinessAssessment], said: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        assessed(**({"budget": "ready"} | said))

    assert not ReadinessAssessment.objects.exists()


@pytest.mark.parametrize(
    "column",
    ["budget = 'almost'", "budget = ''", "assessed_on = '2999-01-01'", "assessed_on = '2016-12-31'", "regency_id = {}"],
)
def test_the_database_refuses_it_too(assessed: Callable[..., ReadinessAssessment], column: str) -> None:
    entry = assessed(is_verified=False)
    part_of_jakarta = Regency.objects.get(code="31.71").pk

    with pytest.raises(IntegrityError):
        execute(
            f"UPDATE regions_readinessassessment SET {column.format(part_of_jakarta)} WHERE id = %s",
            entry.pk,
        )


def test_an_area_that_is_no_unit_is_not_assessed(editor: User, client: Client) -> None:
    client.force_login(editor)
    area = Regency.objects.get(code="31.71")
    said = {"regency": area.pk, "assessed_on": "2026-03-01", "date_precision": "day", "budget": "ready"}

    response = client.post("/admin/regions/readinessassessment/add/", said)

    assert "bukan unit sasaran" in str(response.context["errors"])
    with pytest.raises(ValidationError, match="bukan unit sasaran"):
        report(ReadinessAssessment(regency=area, assessed_on=date(2026, 3, 1), budget="ready"), by=editor)


def test_a_regency_is_assessed_once_a_day(assessed: Callable[..., ReadinessAssessment]) -> None:
    assessed(budget="ready")

    with pytest.raises(ValidationError, match="sudah tercatat"):
        assessed(budget="partly")
    assert assessed(date(2026, 3, 2), budget="partly").pk


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE regions_readinessassessment SET budget = 'not_yet'",
        "DELETE FROM regions_readinessassessment",
        "TRUNCATE regions_readinessassessment CASCADE",
    ],
)
def test_raw_sql_changes_no_verified_assessment(assessed: Callable[..., ReadinessAssessment], attack: str) -> None:
    assessed()

    with pytest.raises(IntegrityError, match="diverifikasi"):
        execute(attack)


def test_readiness_makes_no_figure_of_coverage_stale(assessed: Callable[..., ReadinessAssessment]) -> None:
    assessed()

    assert not DirtyProvince.objects.exists()


# --- Baselines -----------------------------------------------------------------------------------------------


def test_a_baseline_is_frozen_by_the_clock_of_the_database(frozen: Callable[..., ReadinessBaseline]) -> None:
    began = timezone.now()

    baseline = frozen()

    assert began <= baseline.frozen_at <= timezone.now()
    baseline.refresh_from_db()
    assert baseline.frozen_at > began
    later = frozen()
    execute(
        "INSERT INTO regions_readinessbaseline (as_at, note, frozen_at, frozen_by_id) VALUES (%s, 'x', %s, %s)",
        date(2026, 1, 1),
        began - timedelta(days=400),
        later.frozen_by_id,
    )
    assert ReadinessBaseline.objects.get(note="x").frozen_at > later.frozen_at


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE regions_readinessbaseline SET as_at = '2025-01-01'",
        "UPDATE regions_readinessbaseline SET frozen_at = now() + interval '1 year'",
        "DELETE FROM regions_readinessbaseline",
        "TRUNCATE regions_readinessbaseline",
    ],
)
def test_nobody_changes_or_deletes_a_baseline(frozen: Callable[..., ReadinessBaseline], attack: str) -> None:
    frozen()

    with pytest.raises(IntegrityError, match="dibekukan"):
        execute(attack)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"as_at": timezone.localdate() + timedelta(days=1)}, "sudah tiba"),
        ({"as_at": date(2016, 12, 31)}, "2017-01-01"),
        ({"note": ""}, "kosong"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused(
    frozen: Callable[..., ReadinessBaseline], said: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        frozen(**said)


@pytest.mark.parametrize(
    "column", ["current_date + 2, 'Besok'", "DATE '2016-12-31', 'Dahulu'", "DATE '2026-01-01', ''"]
)
def test_the_database_refuses_such_a_baseline_too(editor: User, column: str) -> None:
    with pytest.raises(IntegrityError):
        execute(
            f"INSERT INTO regions_readinessbaseline (as_at, note, frozen_by_id) VALUES ({column}, %s)",
            editor.pk,
        )


def test_nothing_is_verified_into_a_time_that_is_frozen(
    assessed: Callable[..., ReadinessAssessment], frozen: Callable[..., ReadinessBaseline], verifier: User
) -> None:
    entry = assessed(is_verified=False)
    baseline = frozen()
    sql = (
        "UPDATE regions_readinessassessment SET state = 'verified', reviewed_by_id = %s, reviewed_at = %s WHERE id = %s"
    )

    with pytest.raises(IntegrityError, match="dibekukan"):
        execute(sql, verifier.pk, baseline.frozen_at, entry.pk)

    assert verify(entry, by=verifier).reviewed_at > baseline.frozen_at


def test_an_editor_freezes_a_baseline_in_the_admin_once_for_all(client: Client, editor: User) -> None:
    client.force_login(editor)
    add = "/admin/regions/readinessbaseline/add/"

    refused = client.post(add, {"as_at": "2999-01-01", "note": "Kondisi awal"})
    made = client.post(add, {"as_at": "2026-01-01", "note": "Kondisi awal"})

    assert "sudah tiba" in str(refused.context["errors"])
    assert made.status_code == 302
    baseline = ReadinessBaseline.objects.get()
    assert (baseline.as_at, baseline.frozen_by) == (date(2026, 1, 1), editor)
    page = f"/admin/regions/readinessbaseline/{baseline.pk}/"
    assert client.get(f"{page}change/").status_code == 200
    assert client.post(f"{page}change/", {"as_at": "2025-01-01", "note": "x"}).status_code == 403
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403


# --- An officer's form -----------------------------------------------------------------------------------------


def test_an_assessment_is_reported_and_confirmed_with_a_number(desk: Client, dinas: User, ponorogo: Regency) -> None:
    response = desk.post(FORM_URL, form(note="Rapat 1 Maret"), follow=True)

    entry = ReadinessAssessment.objects.get()
    assert (entry.regency, entry.reported_by, entry.state) == (ponorogo, dinas, EntryState.REPORTED)
    assert (entry.budget, entry.building, entry.network) == ("ready", "partly", "")
    page = response.content.decode()
    assert f"Laporan K-{entry.pk:06d}" in page
    assert page.count("belum ada data") == 6


def test_the_same_sending_twice_is_one_report(desk: Client) -> None:
    sending = form()

    first, second = desk.post(FORM_URL, sending), desk.post(FORM_URL, sending)

    assert first["Location"] == second["Location"]
    assert ReadinessAssessment.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"assessed_on": "2999-01-01"}, "masa depan"),
        ({"assessed_on": "2016-01-01"}, "2017-01-01"),
        ({"assessed_on": "2026-02-30"}, "tanggal"),
        ({"budget": "almost"}, "pilihan"),
        ({"budget": "", "building": ""}, "sedikitnya satu aspek"),
        ({"client_id": "x"}, "client_id"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk: Client, change: dict[str, str], says: str) -> None:
    response = desk.post(FORM_URL, form(note="Rapat 1 Maret", **change))

    assert response.status_code == 200
    assert says in str(response.context["form"].errors)
    assert "Rapat 1 Maret" in response.content.decode()
    assert not ReadinessAssessment.objects.exists()


def test_the_form_offers_what_was_said_last(
    desk: Client, assessed: Callable[..., ReadinessAssessment], verifier: User
) -> None:
    assessed(date(2026, 3, 1), budget="ready", staff="not_yet")
    assessed(date(2025, 3, 1), budget="not_yet")

    offered = desk.get(FORM_URL).context["form"]
    assert (offered["budget"].value(), offered["staff"].value(), offered["network"].value()) == ("ready", "not_yet", "")
    assert offered["assessed_on"].value() == timezone.localdate()

    returned = assessed(date(2026, 4, 1), is_verified=False, budget="partly")
    send_back(returned, by=verifier, reason="Lampirkan DPA")
    page = desk.get(FORM_URL)
    assert page.context["form"]["budget"].value() == "partly"
    assert "Lampirkan DPA" in page.content.decode()


def test_what_was_typed_survives_the_end_of_the_session(client: Client, dinas: User) -> None:
    away = client.post(FORM_URL, form(note="Rapat 1 Maret", staff="partly"))
    assert "login" in away["Location"]

    client.force_login(dinas)

    again = client.get(FORM_URL).context["form"]
    assert (again["note"].value(), again["staff"].value()) == ("Rapat 1 Maret", "partly")


def test_only_its_own_officer_assesses_a_regency(client: Client, officer: User, ponorogo: Regency) -> None:
    assign(officer, Role.OFFICER, regency=Regency.objects.get(code="35.10"))
    client.force_login(officer)

    assert client.get(FORM_URL).status_code == client.post(FORM_URL, form()).status_code == 404
    with pytest.raises(PermissionDenied):
        report_assessment(
            ReadinessAssessment(regency=ponorogo, assessed_on=date(2026, 3, 1), budget="ready"), by=officer
        )
    assert not ReadinessAssessment.objects.exists()


def test_a_correction_replaces_what_it_corrects_once_verified(
    desk: Client, assessed: Callable[..., ReadinessAssessment], verifier: User
) -> None:
    wrong = assessed(budget="ready", staff="ready")
    url = f"/kerja/laporan/kesiapan/{wrong.pk}/koreksi/"
    said = {"assessed_on": "2026-03-01", "budget": "ready", "staff": "ready", "client_id": str(uuid.uuid4())}

    unchanged = desk.post(url, said | {"note": "Salah"})
    unexplained = desk.post(url, said | {"staff": "partly"})
    response = desk.post(url, said | {"staff": "partly", "note": "SK belum terbit"})

    assert "sama dengan yang sudah tercatat" in str(unchanged.context["form"].errors)
    assert "note" in unexplained.context["form"].errors
    right = ReadinessAssessment.objects.get(supersedes=wrong)
    assert response["Location"] == right.get_absolute_url()
    assert list(ReadinessAssessment.objects.in_force()) == [wrong]
    verify(right, by=verifier)
    assert list(ReadinessAssessment.objects.in_force()) == [right]
    assert desk.get(url).status_code == 404


def test_an_assessment_can_be_taken_back(
    desk: Client, assessed: Callable[..., ReadinessAssessment], verifier: User
) -> None:
    wrong = assessed(budget="ready")
    said = {"assessed_on": "2026-02-01", "withdraws": "on", "note": "Daerah lain", "client_id": str(uuid.uuid4())}

    desk.post(f"/kerja/laporan/kesiapan/{wrong.pk}/koreksi/", said)

    back = ReadinessAssessment.objects.get(withdraws=True)
    assert (back.assessed_on, back.levels) == (wrong.assessed_on, wrong.levels)
    verify(back, by=verifier)
    assert not ReadinessAssessment.objects.in_force().exists()
    assert desk.get(FORM_URL).context["said"] is None


def test_the_work_room_leads_to_the_form_and_tells_what_came_back(
    desk: Client, dinas: User, assessed: Callable[..., ReadinessAssessment], verifier: User
) -> None:
    page = desk.get("/kerja/").content.decode()
    assert "belum ada data" in page
    assert FORM_URL in page

    returned = assessed(is_verified=False)
    send_back(returned, by=verifier, reason="Lampirkan DPA")
    page = desk.get("/kerja/").content.decode()
    assert "Lampirkan DPA" in page
    assert page.count(FORM_URL) == 2

    assessed(date(2026, 3, 2), is_verified=False)
    room = work_room(User.objects.get(pk=dinas.pk), today=date(2026, 4, 1))
    assert room.returned == ()
    assert room.waiting_count == 1


# --- Review --------------------------------------------------------------------------------------------------


def test_a_report_stands_in_the_queue_beside_what_stood_before(
    review_desk: Client, assessed: Callable[..., ReadinessAssessment]
) -> None:
    before = assessed(date(2026, 1, 1), budget="partly", staff="ready", network="not_yet")
    waiting = assessed(is_verified=False, budget="ready", staff="partly", building="ready")

    queue = review_desk.get("/verifikasi/").content.decode()
    page = review_desk.get(f"/verifikasi/kesiapan/{waiting.pk}/")

    assert f"/verifikasi/kesiapan/{waiting.pk}/" in queue
    assert "Penilaian kesiapan" in queue
    moved = {standing.aspect: str(standing.movement) for standing in page.context["review"].standings}
    assert moved == {
        "commitment": "unknown",
        "proposal": "unknown",
        "building": "found",
        "budget": "up",
        "staff": "down",
        "regulation": "unknown",
        "institutions": "unknown",
        "network": "lost",
    }
    assert before.receipt in page.content.decode()
    assert page.context["review"].becoming == ()


def test_a_verifier_decides_on_what_was_seen_and_the_officer_is_told(
    review_desk: Client, dinas: User, assessed: Callable[..., ReadinessAssessment]
) -> None:
    waiting = assessed(is_verified=False)
    url = f"/verifikasi/kesiapan/{waiting.pk}/"
    seen = review_desk.get(url).context["review"].seen
    assessed(date(2026, 2, 1), budget="partly")

    stale = review_desk.post(url, {"decision": "verify", "seen": seen})
    fresh = review_desk.post(url, {"decision": "verify", "seen": stale.context["review"].seen})

    assert "berubah" in stale.content.decode()
    assert stale.context["review"].changed_since
    assert fresh.status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == EntryState.VERIFIED
    assert Notice.objects.filter(recipient=dinas, kind=NoticeKind.VERIFIED, subject__contains=waiting.receipt).exists()
    assert "sudah diperiksa" in review_desk.get(url).content.decode()


def test_nobody_verifies_their_own_assessment(client: Client, officer: User, ponorogo: Regency) -> None:
    assign(officer, Role.VERIFIER)
    assign(officer, Role.OFFICER, regency=ponorogo)
    client.force_login(officer)
    said = ReadinessAssessment(regency=ponorogo, assessed_on=date(2026, 3, 1), budget="ready")
    entry = report_assessment(said, by=officer)
    url = f"/verifikasi/kesiapan/{entry.pk}/"

    page = client.get(url)
    client.post(url, {"decision": "verify", "seen": page.context["review"].seen})

    assert "orang lain yang memeriksanya" in page.content.decode()
    entry.refresh_from_db()
    assert entry.state == EntryState.REPORTED


def test_a_province_reads_the_reports_of_its_own_and_is_not_asked(
    client: Client, officer: User, assessed: Callable[..., ReadinessAssessment]
) -> None:
    waiting = assessed(is_verified=False)
    user = User.objects.create_user("jatim@pantau-mpp.example")
    assign(user, Role.PROVINCE, province=Province.objects.get(code="35"))
    client.force_login(user)
    url = f"/verifikasi/kesiapan/{waiting.pk}/"

    page = client.get(url)
    opinion = client.post(url, {"decision": "endorsed"})

    assert "menunggu verifikator" in page.content.decode()
    assert "tidak diperlukan" in opinion.content.decode()
    stranger = Client()
    other = User.objects.create_user("jateng@pantau-mpp.example")
    assign(other, Role.PROVINCE, province=Province.objects.get(code="33"))
    stranger.force_login(other)
    assert stranger.get(url).status_code == 404


def test_an_assessment_is_corrected_once(assessed: Callable[..., ReadinessAssessment]) -> None:
    first = assessed()
    assessed(supersedes=first, note="Salah", budget="partly")

    with pytest.raises(ValidationError, match="sudah dikoreksi"):
        assessed(supersedes=first, note="Salah lagi", budget="not_yet")


@pytest.mark.parametrize("reports", [1, 150])
def test_the_queue_takes_as_many_queries_for_one_assessment_as_for_many(
    review_desk: Client, officer: User, ponorogo: Regency, reports: int, django_assert_num_queries: Any
) -> None:
    ReadinessAssessment.objects.bulk_create(
        ReadinessAssessment(
            regency=ponorogo,
            assessed_on=date(2026, 1, 1) + timedelta(days=number),
            budget="ready",
            state=EntryState.REPORTED,
            reported_by=officer,
            reported_at=timezone.now(),
        )
        for number in range(reports)
    )

    # 1 session, 2 user, 3 turf, 4-7 counts, 8-11 the four ledgers, 12 ceremonies that wait,
    # 13 institutions of the verifier, 14 who is looking
    with django_assert_num_queries(14):
        review_desk.get("/verifikasi/")
