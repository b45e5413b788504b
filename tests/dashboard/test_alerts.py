"""Do people find the alerts of their turf, by province and severity, and act on them?"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commitments.models import Agreement, Institution, InstitutionAssignment, Signatory
from dashboard.alerts import PER_PAGE, alerts_page
from regions.choices import Role
from regions.models import Assignment, DirtyProvince, OperatingRecord, Province, Regency, Site
from taskforce.choices import ActionState, AlertKind, Severity
from taskforce.forms.alerts import AlertChoice
from taskforce.models import ActionItem, ActionUpdate, Alert, AlertRule
from taskforce.services.actions import report_on
from taskforce.services.alerts import acknowledge, evaluate, follow_up

pytestmark = pytest.mark.django_db

URL = "/pantauan/"
TODAY = timezone.localdate()


def text(response: Any) -> str:
    body = re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", body)


def person(role: Role, **turf: Any) -> User:
    user = User.objects.create_user(f"{role}{User.objects.count()}@pantau-mpp.example")
    Assignment.objects.create(user=user, role=role, valid_from=TODAY, **turf)
    return user


def speaker(abbreviation: str) -> User:
    user = User.objects.create_user(f"{abbreviation.lower()}@pantau-mpp.example")
    institution = Institution.objects.get(abbreviation=abbreviation)
    InstitutionAssignment.objects.create(user=user, institution=institution, valid_from=TODAY)
    return user


@pytest.fixture
def world(site: Site, operating: Callable[..., OperatingRecord]) -> Site:
    """Ponorogo's MPP is closed, its PKS and BPN's ends, and figures of Jawa Timur wait too long."""
    operating(site, "suspended", date(2026, 3, 1))
    signed = {"signed_on": date(2024, 1, 1), "valid_from": date(2024, 1, 1), "valid_until": TODAY + timedelta(days=30)}
    pks = Agreement.objects.create(kind="pks", title="PKS pertanahan", site=site, **signed)
    bpn = Institution.objects.get(abbreviation="ATR/BPN")
    Signatory.objects.create(agreement=pks, institution=bpn, signed_on=date(2024, 1, 1))
    note = DirtyProvince.objects.create(province=site.regency.province, since=date(2026, 1, 1))
    DirtyProvince.objects.filter(pk=note.pk).update(marked_at=timezone.now() - timedelta(days=10))
    evaluate(today=TODAY)
    return site


@pytest.fixture
def closed(world: Site) -> Alert:
    return Alert.objects.get(rule__kind=AlertKind.OPERATION_SUSPENDED)


def seen_by(user: User) -> set[str]:
    return set(Alert.objects.visible_to(user).values_list("rule__kind", flat=True))


def test_everybody_sees_the_alerts_of_their_turf(world: Site) -> None:
    ours, theirs = {AlertKind.OPERATION_SUSPENDED, AlertKind.AGREEMENT_ENDING}, {AlertKind.FIGURES_LATE}

    for role in (Role.EDITOR, Role.VERIFIER, Role.VIEWER):
        assert seen_by(person(role)) == set(Alert.objects.values_list("rule__kind", flat=True)) >= ours | theirs
    jatim = person(Role.PROVINCE, province=world.regency.province)
    assert ours | theirs <= seen_by(jatim)
    assert set(Alert.objects.visible_to(jatim).values_list("province__code", flat=True)) == {"35"}
    assert seen_by(person(Role.OFFICER, regency=world.regency)) == ours
    assert seen_by(person(Role.OFFICER, regency=Regency.objects.get(code="35.10"))) == set()
    jateng = person(Role.PROVINCE, province=Province.objects.get(code="33"))
    assert not Alert.objects.visible_to(jateng).filter(province__code="35").exists()
    assert seen_by(speaker("ATR/BPN")) == {AlertKind.AGREEMENT_ENDING}
    assert seen_by(speaker("PLN")) == set()


def test_who_holds_nothing_is_refused_and_has_no_link(client: Client, world: Site) -> None:
    client.force_login(User.objects.create_user("nobody@pantau-mpp.example"))

    assert client.get(URL).status_code == 403
    assert f'href="{URL}"' not in client.get("/").content.decode()


@pytest.mark.parametrize("make", [lambda: person(Role.VIEWER), lambda: speaker("PLN")], ids=["role", "institution"])
def test_who_may_see_finds_the_link(client: Client, make: Callable[[], User]) -> None:
    client.force_login(make())

    assert f'href="{URL}"' in client.get("/").content.decode()
    assert client.get(URL).status_code == 200


def test_the_page_counts_by_province_and_severity_and_lists_what_is_chosen(client: Client, world: Site) -> None:
    client.force_login(person(Role.VIEWER))

    whole = client.get(URL)
    page = whole.context["page"]
    assert page.total == Alert.objects.count() == page.all_areas.total == sum(area.total for area in page.areas)
    assert page.areas[0].name == "Nasional"
    chosen = client.get(URL, {"provinsi": "35", "kegentingan": "urgent"})

    area = next(area for area in page.areas if area.code == "35")
    assert area.by_severity[Severity.URGENT] == chosen.context["page"].sheet.paginator.count == 2
    assert "MPP Kabupaten Ponorogo Jawa Timur Tutup sementara sejak 1 Maret 2026." in text(chosen)
    assert "asumsi" in text(whole)
    assert "MPP tutup sementara: 1" in text(whole)


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        (AlertChoice(kind=AlertKind.FIGURES_LATE, province="35"), {AlertKind.FIGURES_LATE}),
        (AlertChoice(severity=Severity.NOTE), {AlertKind.ANNOUNCED_DIFFERS}),
        (AlertChoice(province="nasional", severity=Severity.URGENT), {AlertKind.FIGURES_LATE}),
        (AlertChoice(seen="ya"), {AlertKind.OPERATION_SUSPENDED}),
        (AlertChoice(seen="belum", province="35", severity=Severity.URGENT), {AlertKind.FIGURES_LATE}),
        (AlertChoice(state="selesai"), set()),
    ],
)
def test_each_filter_keeps_what_it_names(closed: Alert, editor: User, choice: AlertChoice, kinds: set[str]) -> None:
    acknowledge(closed, by=editor)

    listed = alerts_page(editor, choice).sheet

    assert {alert.kind for alert in listed} == kinds


def test_what_is_over_is_found_among_the_cleared(
    client: Client, closed: Alert, operating: Callable[..., OperatingRecord], editor: User
) -> None:
    client.force_login(editor)
    operating(closed.site, "operating", date(2026, 3, 2))
    evaluate(today=TODAY)

    page = text(client.get(URL, {"keadaan": "selesai"}))

    assert "1 peringatan sudah selesai" in page
    assert "Tutup sementara sejak 1 Maret 2026." in page
    assert "Selesai" in text(client.get(closed.get_absolute_url()))


@pytest.mark.parametrize(
    "query",
    [
        "aturan=apa",
        "provinsi=99",
        "kegentingan=%00",
        "keadaan=x&diketahui=y",
        "halaman=-1",
        "halaman=999999999999999999",
    ],
)
def test_a_filter_that_names_nothing_is_left_out(client: Client, world: Site, editor: User, query: str) -> None:
    client.force_login(editor)

    response = client.get(f"{URL}?{query}")

    assert response.status_code == 200
    assert response.context["page"].sheet.paginator.count == Alert.objects.count()
    if "halaman" not in query:
        assert "tidak dikenal" in text(response)


def test_the_same_number_of_queries_for_one_alert_and_for_many(
    client: Client, world: Site, django_assert_num_queries: Any
) -> None:
    client.force_login(person(Role.VIEWER))
    kinds = AlertRule.objects.exclude(kind=AlertKind.OPERATION_SUSPENDED)
    for is_active in (False, True):
        kinds.update(is_active=is_active)
        evaluate(today=TODAY + timedelta(days=100))
        # 1-2 session and user, 3 turf, 4 provinces of the filter, 5 counts, 6 rules, 7 how many, 8 the list,
        # 9 their action items, 10 the reader of the head
        with django_assert_num_queries(10):
            response = client.get(URL)
    assert response.context["page"].total > 300
    assert response.content.decode().count('data-label="Tindak lanjut"') == PER_PAGE


def test_an_officer_pays_little_more(client: Client, world: Site, django_assert_max_num_queries: Any) -> None:
    client.force_login(person(Role.OFFICER, regency=world.regency))

    with django_assert_max_num_queries(12):
        response = client.get(URL)

    assert "2 peringatan terbuka" in text(response)


# --- One alert ---------------------------------------------------------------------------------------------------


def test_an_alert_says_what_by_which_rule_and_where(client: Client, closed: Alert, editor: User) -> None:
    client.force_login(editor)

    response = client.get(closed.get_absolute_url())

    page = text(response)
    assert "Tutup sementara sejak 1 Maret 2026." in page
    assert "0 hari" in page
    assert "asumsi" in page
    assert f'href="/mpp/{closed.site_id}/"' in response.content.decode()


def test_a_province_acknowledges_its_own_with_a_note(client: Client, closed: Alert) -> None:
    jatim = person(Role.PROVINCE, province=closed.province)
    client.force_login(jatim)

    for note in ("Kebakaran, dibuka lagi Mei <b>", "lain"):
        response = client.post(f"{closed.get_absolute_url()}diketahui/", {"note": note}, follow=True)

    assert response.status_code == 200
    closed.refresh_from_db()
    assert (closed.acknowledged_by, closed.note) == (jatim, "Kebakaran, dibuka lagi Mei <b>")
    assert "Mei &lt;b&gt;" in response.content.decode()
    assert "Tandai diketahui" not in text(response)
    assert "Jadikan rencana aksi" not in text(response)


@pytest.mark.parametrize("note", ["x" * 2001, "a\0b"])
def test_a_note_that_cannot_be_kept_is_refused_in_the_form(
    client: Client, closed: Alert, editor: User, note: str
) -> None:
    client.force_login(editor)

    response = client.post(f"{closed.get_absolute_url()}diketahui/", {"note": note})

    assert response.status_code == 400
    assert response.context["form"].errors["note"]
    closed.refresh_from_db()
    assert closed.acknowledged_at is None


@pytest.mark.parametrize("path", ["diketahui/", "rencana-aksi/"])
@pytest.mark.parametrize(
    "make",
    [
        lambda alert: person(Role.VIEWER),
        lambda alert: person(Role.OFFICER, regency=alert.regency),
        lambda alert: person(Role.PROVINCE, province=Province.objects.get(code="33")),
        lambda alert: speaker("ATR/BPN"),
    ],
    ids=["viewer", "officer", "other province", "institution"],
)
def test_others_change_nothing(client: Client, closed: Alert, make: Callable[[Alert], User], path: str) -> None:
    client.force_login(make(closed))

    assert client.post(f"{closed.get_absolute_url()}{path}").status_code == 404

    closed.refresh_from_db()
    assert closed.acknowledged_at is None
    assert not ActionItem.objects.exists()


def test_one_step_makes_an_action_item_and_each_leads_to_the_other(client: Client, closed: Alert, editor: User) -> None:
    client.force_login(editor)

    for _ in range(2):
        response = client.post(f"{closed.get_absolute_url()}rencana-aksi/", follow=True)

    item = ActionItem.objects.get()
    assert response.redirect_chain == [(item.get_absolute_url(), 302)]
    assert f'href="{closed.get_absolute_url()}"' in response.content.decode()
    page = client.get(closed.get_absolute_url()).content.decode()
    assert f'href="{item.get_absolute_url()}"' in page
    assert f'href="{item.get_absolute_url()}"' in client.get(URL).content.decode()


def test_what_was_planned_in_vain_can_be_planned_again(client: Client, closed: Alert, editor: User) -> None:
    client.force_login(editor)
    first = follow_up(closed, by=editor, today=TODAY)
    assert "Jadikan rencana aksi" not in text(client.get(closed.get_absolute_url()))
    report_on(ActionUpdate(item=first, state=ActionState.CANCELLED, note="Salah alamat"), by=editor)

    page = text(client.get(closed.get_absolute_url()))
    client.post(f"{closed.get_absolute_url()}rencana-aksi/")

    assert "Jadikan rencana aksi" in page
    assert "Dibatalkan" in page
    assert closed.items.count() == 2
    assert closed.items.open().count() == 1


@pytest.mark.parametrize(
    ("make", "is_told"),
    [
        (lambda alert: person(Role.VIEWER), True),
        (lambda alert: person(Role.PROVINCE, province=alert.province), True),
        (lambda alert: person(Role.OFFICER, regency=alert.regency), False),
        (lambda alert: speaker("ATR/BPN"), False),
    ],
    ids=["viewer", "province", "officer", "institution"],
)
def test_who_acknowledged_and_what_they_noted_is_told_to_who_steers_only(
    client: Client, world: Site, editor: User, make: Callable[[Alert], User], *, is_told: bool
) -> None:
    alert = Alert.objects.get(rule__kind=AlertKind.AGREEMENT_ENDING)
    acknowledge(alert, note="Kepala dinas enggan", by=editor)
    client.force_login(make(alert))

    pages = [text(client.get(url)) for url in (URL, alert.get_absolute_url(), world.get_absolute_url())]

    assert any("Kepala dinas enggan" in page for page in pages) == is_told
    assert [str(editor) in page for page in pages] == [is_told, is_told, False]
    assert "diketahui" in pages[0]
    assert "Tandai diketahui" not in pages[1]
    assert "Diketahui belum" not in pages[1]


def test_a_province_that_speaks_for_an_institution_is_told_of_its_own_province_only(
    client: Client, world: Site, editor: User
) -> None:
    alert = Alert.objects.get(rule__kind=AlertKind.AGREEMENT_ENDING)
    acknowledge(alert, note="Kepala dinas enggan", by=editor)
    bpn = speaker("ATR/BPN")
    jateng = Province.objects.get(code="33")
    Assignment.objects.create(user=bpn, role=Role.PROVINCE, province=jateng, valid_from=TODAY)
    client.force_login(bpn)

    for url in (URL, alert.get_absolute_url()):
        assert str(editor) not in text(client.get(url))
    assert "Kepala dinas enggan" not in text(client.get(alert.get_absolute_url()))


def test_an_alert_about_a_figure_leads_to_the_figure(world: Site) -> None:
    alert = Alert.objects.filter(rule__kind=AlertKind.ANNOUNCED_DIFFERS).with_subjects().first()

    assert alert.subject_url == f"/angka/{alert.figure_id}/"


def test_a_province_plans_nothing(client: Client, closed: Alert) -> None:
    client.force_login(person(Role.PROVINCE, province=closed.province))

    assert client.post(f"{closed.get_absolute_url()}rencana-aksi/").status_code == 403
    assert not ActionItem.objects.exists()


def test_what_is_over_is_not_planned_for(
    client: Client, closed: Alert, editor: User, operating: Callable[..., OperatingRecord]
) -> None:
    client.force_login(editor)
    operating(closed.site, "operating", date(2026, 3, 2))
    evaluate(today=TODAY)

    for path in ("diketahui/", "rencana-aksi/"):
        response = client.post(f"{closed.get_absolute_url()}{path}", follow=True)
        assert "Sebab peringatan ini sudah tidak ada." in text(response)

    assert not ActionItem.objects.exists()


def test_an_item_names_its_alert_only_to_who_may_see_that(client: Client, closed: Alert, editor: User) -> None:
    item = follow_up(closed, by=editor, today=TODAY)
    ActionItem.objects.filter(pk=item.pk).update(owner=Institution.objects.get(abbreviation="PLN"))
    client.force_login(speaker("PLN"))

    response = client.get(item.get_absolute_url())

    assert response.status_code == 200
    assert closed.get_absolute_url() not in response.content.decode()


# --- On the pages of their subjects --------------------------------------------------------------------------------


def test_the_page_of_an_mpp_shows_its_alerts_to_those_concerned(client: Client, world: Site) -> None:
    url = world.get_absolute_url()
    assert "Peringatan" not in text(client.get(url))

    client.force_login(person(Role.OFFICER, regency=world.regency))
    page = text(client.get(url))

    assert "Tutup sementara sejak 1 Maret 2026." in page
    assert "PKS atau nota kesepahaman berakhir" in page


def test_the_page_of_a_province_counts_its_alerts_for_those_concerned(client: Client, world: Site) -> None:
    assert "MPP tutup sementara" not in text(client.get("/provinsi/35/"))

    client.force_login(person(Role.PROVINCE, province=world.regency.province))
    response = client.get("/provinsi/35/")

    assert "MPP tutup sementara: 1" in text(response)
    assert 'href="/pantauan/?aturan=operation_suspended&amp;provinsi=35"' in response.content.decode()
    assert "MPP tutup sementara" not in text(client.get("/provinsi/33/"))


def test_every_kind_of_alert_leads_to_a_page(client: Client, world: Site, editor: User) -> None:
    client.force_login(editor)
    evaluate(today=TODAY + timedelta(days=100))

    for kind in Alert.objects.order_by().values_list("rule__kind", flat=True).distinct():
        alert = Alert.objects.filter(rule__kind=kind).with_subjects().first()
        assert client.get(alert.subject_url).status_code == 200, kind
        assert client.get(alert.get_absolute_url()).status_code == 200, kind
