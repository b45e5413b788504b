"""Does a paper for a meeting say what the pages say, to whom it may, once, and however its makers fare?"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pypdf import PdfReader

from accounts.models import User
from dashboard.paper_pdf import as_pdf, document_of
from dashboard.papers import MeetingPaper, PaperQuestion, meeting_paper
from regions.choices import OperatingStatus, Role, Stage
from regions.models import Assignment, Milestone, OperatingRecord, Province, Regency, Site
from taskforce.choices import Basis, Boundaries, Counting, LateReason, PaperState
from taskforce.coverage import Question
from taskforce.models import ActionItem, Paper, Target
from taskforce.models.papers import ATTEMPTS, LEASE, PATIENCE
from taskforce.rules import coverage_class
from taskforce.services.actions import plan
from taskforce.services.papers import KEPT, ask_for, make_due, sweep
from tests.screen import on_screen

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()
ASK = "/bahan-rapat/pdf/"


@pytest.fixture(autouse=True)
def unhurried(settings: Any) -> Iterator[None]:
    """No request waits, and nobody has asked too often."""
    settings.PAPER_WAIT_SECONDS = 0
    cache.clear()
    yield
    cache.clear()


def made(client: Client, url: str = ASK) -> Any:
    """Ask for a paper, have it made as the worker does, and return what the same address then sends."""
    client.get(url)
    make_due(document_of, now=timezone.now())
    response = client.get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf"), response.content
    return response


def text_of(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\N{NO-BREAK SPACE}", " ").split())


def report(asked: PaperQuestion, user: Any = VISITOR) -> MeetingPaper:
    return meeting_paper(asked, user, today=timezone.localdate())


# --- The same numbers ------------------------------------------------------------------------------------


TWO_DAYS, TWO_DEFINITIONS = (
    ("2022-06-30", "2024-12-12"),
    ({"counting": "opened"}, {"basis": "514", "boundaries": "now"}),
)
QUESTIONS = [{"as_at": day, **definition} for day in TWO_DAYS for definition in TWO_DEFINITIONS]
QUESTIONS += [{"as_at": "2024-12-12"}, {"as_at": "2018-03-01", "basis": "508", "known_at": "2026-11-20"}]


def written(pct: str | None) -> str:
    return f"{pct.replace('.', ',')} %" if pct else "belum ada data"


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_nations_numbers_are_those_of_page_and_api(client: Client, question: dict[str, str]) -> None:
    asked = urlencode(question)
    said = text_of(made(client, f"{ASK}?{asked}").content)
    answer = client.get("/api/v1/coverage/", question).json()
    page = {row[0]: row[1:4] for row in on_screen(client, f"/?{asked}", "Provinsi | Unit")}

    national = answer["national"]
    assert f"{national['covered']} dari {national['units']} kabupaten/kota Indonesia" in said
    assert f"({written(national['coverage_pct'])})" in said
    for area in answer["provinces"]:
        numbers = [str(area["units"]), str(area["covered"]), written(area["coverage_pct"])]
        assert " ".join([area["name"], *numbers]) in said
        assert page[area["name"]][:2] == numbers[:2]
        assert page[area["name"]][2].startswith(numbers[2])
    for stage in Stage:
        if count := national["units_by_stage"][stage.value]:
            assert f"{stage.label} {count}" in said


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_provinces_numbers_are_those_of_page_and_api(client: Client, question: dict[str, str]) -> None:
    asked = urlencode(question)
    said = text_of(made(client, f"{ASK}?province=35&{asked}").content)
    page = client.get(f"/provinsi/35/?{asked}").context["page"]
    answer = client.get("/api/v1/coverage/", question).json()

    [area] = [each for each in answer["provinces"] if each["code"] == "35"]
    assert f"{area['covered']} dari {area['units']} kabupaten/kota Jawa Timur" in said
    assert f"({written(area['coverage_pct'])})" in said
    assert (page.area.covered, page.area.units) == (area["covered"], area["units"])
    for row in page.units:
        stage = row.standing.stage.label if row.standing.stage else "belum ada data"
        assert f"{row.standing.name} {stage}" in said
    for group, count in page.area.units_by_group.items():
        assert f"{group.label} {count}" in said


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_group_of_islands_says_what_its_provinces_say_on_the_screen(client: Client, question: dict[str, str]) -> None:
    asked = urlencode(question | {"island_group": "Sulawesi"})
    said = text_of(made(client, f"{ASK}?{asked}").content)
    answer = client.get("/api/v1/coverage/", question).json()
    [*rows, total] = on_screen(client, f"/?{asked}", "Provinsi | Unit")

    areas = [area for area in answer["provinces"] if area["island_group"] == "Sulawesi"]
    assert [row[0] for row in rows] == [area["name"] for area in areas]
    covered, units = sum(area["covered"] for area in areas), sum(area["units"] for area in areas)
    assert f"{covered} dari {units} kabupaten/kota Kelompok Pulau Sulawesi" in said
    assert total[1:3] == [str(units), str(covered)]
    assert "Jawa Timur" not in said


def test_a_paper_is_in_indonesian_whatever_language_its_reader_has_chosen(client: Client) -> None:
    client.get(f"/en{ASK}?province=35&as_at=2025-12-12")
    with override("en"):
        make_due(document_of, now=timezone.now())

    said = text_of(made(client, f"/en{ASK}?province=35&as_at=2025-12-12").content)

    assert "Keadaan per 12 Desember 2025" in said
    assert "Target cakupan 100,0 persen" in said
    assert "Belum ada data: 3" in said


@pytest.mark.parametrize(
    ("asked", "marks", "areas"),
    [
        (PaperQuestion(Question(date(2024, 12, 12)), date(2024, 11, 12)), 0, 38),
        (PaperQuestion(Question(date(2021, 6, 30)), date(2021, 1, 1), province="91"), 29, 1),
        (PaperQuestion(Question(date(2024, 12, 12)), date(2024, 11, 12), island_group="Maluku"), 0, 2),
    ],
)
def test_the_map_is_the_screens_with_shapes_for_units_and_patterns_for_provinces(
    asked: PaperQuestion, marks: int, areas: int
) -> None:
    paper = report(asked)

    picture = paper.picture
    assert picture is not None
    assert (len(picture.marks), len(picture.areas)) == (marks, areas)
    assert [each.kind for each in picture.areas] == [
        coverage_class(each.covered, each.units) for each in paper.provinces
    ]
    assert Counter(mark.group for mark in picture.marks) == (
        Counter({group: count for group, count in paper.area.units_by_group.items() if count}) if marks else Counter()
    )


def test_every_page_says_what_the_figures_are_and_when_they_were_computed(client: Client) -> None:
    url = f"{ASK}?as_at=2024-12-12&counting=opened&known_at=2026-11-01"

    pages = PdfReader(BytesIO(made(client, url).content)).pages

    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        footer = " ".join(page.extract_text().split())
        assert "Keadaan per 12 Desember 2024" in footer
        assert "diresmikan, dibuka, atau uji coba" in footer
        assert "509 unit: 508 kabupaten/kota dan Jakarta" in footer
        assert "lapisan: terverifikasi" in footer
        assert "batas provinsi: pada tanggal itu" in footer
        assert "diketahui sampai: 1 November 2026" in footer
        assert re.search(r"Dihitung \d+ \w+ 20\d\d \d\d\.\d\d WIB", footer)
        assert f"Halaman {number} dari {len(pages)}" in footer


def test_the_file_is_tagged_in_indonesian_and_named_after_what_was_asked(client: Client) -> None:
    response = made(client, f"{ASK}?province=35&as_at=2024-12-12")

    catalog = PdfReader(BytesIO(response.content)).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "id"
    assert response["Content-Disposition"] == 'attachment; filename="bahan-rapat-35-2024-12-12.pdf"'


# --- What changed, what is late, what is to do -----------------------------------------------------------


def test_changes_name_who_came_to_count_since_the_last_meeting(
    site: Site, verified: Callable[..., Milestone], client: Client
) -> None:
    verified(site, Stage.INAUGURATED, date(2026, 3, 1))

    asked = PaperQuestion(Question(date(2026, 3, 31)), date(2026, 2, 28), province="35")
    changes = report(asked).changes

    assert [(unit.name, unit.covered_on) for unit in changes.newly] == [("Kabupaten Ponorogo", date(2026, 3, 1))]
    assert changes.covered_before == report(asked).area.covered - 1
    said = text_of(made(client, f"{ASK}?province=35&as_at=2026-03-31&since=2026-02-28").content)
    assert "Perubahan sejak 28 Februari 2026" in said
    assert "Kabupaten Ponorogo Jawa Timur 1 Maret 2026" in said


def test_changes_name_who_counts_no_longer_and_who_moved_on(
    site: Site, operating: Callable[..., OperatingRecord], verified: Callable[..., Milestone]
) -> None:
    operating(site, since=date(2026, 1, 1))
    operating(site, OperatingStatus.SUSPENDED, date(2026, 3, 1))
    other = Site.objects.create(regency=Regency.objects.get(code="35.05"), name="MPP Kabupaten Blitar")
    verified(other, Stage.READY, date(2026, 3, 2))

    question = Question(date(2026, 3, 31), counting=Counting.OPERATING)
    changes = report(PaperQuestion(question, date(2026, 2, 1), province="35")).changes

    assert [unit.code for unit in changes.lost] == ["35.02"]
    assert [(unit.code, before) for unit, before in changes.moved] == [("35.05", None)]


def test_changes_look_across_the_day_a_province_was_made() -> None:
    asked = PaperQuestion(Question(date(2025, 1, 1)), date(2022, 1, 1), province="92")

    assert report(asked).changes.covered_before <= report(asked).area.units


def test_late_units_are_those_that_missed_the_target(client: Client) -> None:
    paper = report(PaperQuestion(Question(date(2026, 11, 1)), date(2026, 10, 1)))

    assert len(paper.late) == paper.coverage.national.gap_units == 214
    assert all(reasons[0][0] == LateReason.TARGET for reasons in (late.reasons for late in paper.late))
    assert report(PaperQuestion(Question(date(2020, 1, 1)), date(2019, 1, 1))).late == ()


def test_what_is_late_about_the_action_plan_is_for_whom_it_concerns(editor: User, ponorogo: Regency) -> None:
    plan(ActionItem(title="Sewa gedung", regency=ponorogo, due_on=date(2026, 12, 1)), by=editor)
    asked, later = PaperQuestion(Question(date(2026, 11, 1)), date(2026, 10, 1), province="35"), date(2027, 1, 1)

    public, internal = (meeting_paper(asked, user, today=later) for user in (VISITOR, editor))

    assert public.actions == ()
    assert [row.item.title for row in internal.actions] == ["Sewa gedung"]
    assert internal.actions[0].days_late == 31
    [late] = (late for late in internal.late if late.unit.code == "35.02")
    assert [reason for reason, _sentence in late.reasons] == [LateReason.TARGET, LateReason.ACTION]
    assert all(reason != LateReason.ACTION for late in public.late for reason, _sentence in late.reasons)


def test_the_announced_figure_stands_beside_the_ledgers_where_they_differ(client: Client) -> None:
    page = client.get("/angka/?as_at=2026-11-01").context["page"].latest

    said = text_of(made(client, f"{ASK}?as_at=2026-11-01").content)

    assert f"diumumkan {page.figure.value} MPP" in said
    assert f"buku besar mencatat {page.ledger}" in said
    assert "Angka yang diumumkan" not in text_of(made(client, f"{ASK}?as_at=2018-01-01").content)


@pytest.mark.parametrize(
    "asked",
    [
        PaperQuestion(Question(date(2017, 1, 2)), date(2017, 1, 1)),
        PaperQuestion(Question(date(2026, 1, 1), basis=Basis.UNITS_508), date(2025, 1, 1), province="31"),
        PaperQuestion(Question(date(2022, 6, 30)), date(2022, 1, 1), island_group="Papua"),
        PaperQuestion(Question(date(2022, 6, 30), boundaries=Boundaries.NOW), date(2022, 1, 1), province="93"),
        PaperQuestion(Question(date(2026, 1, 1), basis=Basis.UNITS_514), date(2025, 1, 1), province="31"),
    ],
)
def test_a_paper_of_little_is_a_paper(asked: PaperQuestion) -> None:
    Target.objects.all().delete()

    assert "Sumber" in text_of(as_pdf(report(asked), is_public=True))


@pytest.mark.parametrize("typed", ['#panic("x")', "$ \\", "*_`[<x>@y", '"] #sys.inputs', "<script>", "=1+1", "\\\\"])
def test_what_people_typed_is_never_layout(typed: str, editor: User, ponorogo: Regency) -> None:
    plan(ActionItem(title=typed, regency=ponorogo, due_on=date(2030, 1, 1)), by=editor)
    asked = PaperQuestion(Question(date(2026, 11, 1)), date(2026, 10, 1), province="35")

    said = text_of(as_pdf(report(asked, editor), is_public=False))

    assert typed.replace(" ", "") in said.replace(" ", "")
    assert "tidak untuk umum" in said


def test_a_paper_takes_as_many_statements_for_many_items_as_for_one(
    editor: User, ponorogo: Regency, django_assert_num_queries: Any
) -> None:
    asked = PaperQuestion(Question(date(2026, 11, 1)), date(2026, 10, 1))
    plan(ActionItem(title="Satu", regency=ponorogo, due_on=date(2026, 12, 1)), by=editor)
    # 2 figures and targets, 2 units then and now, 2 figures for what is late, its 2 of pledges, units and items,
    # 1 open items, 6 announced figures, 1 where the seats are and which province was split from which
    with django_assert_num_queries(18):
        meeting_paper(asked, editor, today=date(2027, 1, 1))
    for number in range(20):
        plan(ActionItem(title=f"Hal {number}", regency=ponorogo, due_on=date(2026, 12, 1)), by=editor)
    with django_assert_num_queries(18):
        meeting_paper(asked, editor, today=date(2027, 1, 1))


# --- Made once, by whoever comes first -------------------------------------------------------------------


def test_who_asks_is_led_to_where_they_see_how_far_it_is(client: Client) -> None:
    response = client.get(ASK)

    paper = Paper.objects.get()
    assert response["Location"] == f"/bahan-rapat/{paper.pk}/"
    page = client.get(response["Location"]).content.decode()
    assert "Bahan rapat sedang disusun" in page
    assert 'value="5"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert client.get(f"/bahan-rapat/{paper.pk}/pdf/")["Location"] == f"/bahan-rapat/{paper.pk}/"

    make_due(document_of, now=timezone.now())

    ready = client.get(response["Location"]).content.decode()
    assert f'content="0; url=/bahan-rapat/{paper.pk}/pdf/"' in ready
    assert client.get(f"/bahan-rapat/{paper.pk}/pdf/").content.startswith(b"%PDF")


def test_the_same_question_at_the_same_data_is_made_once(client: Client) -> None:
    first = made(client, f"{ASK}?as_at=2024-12-12")

    again = Client().get(f"{ASK}?as_at=2024-12-12&counting=inaugurated&province=")

    assert again.content == first.content
    assert Paper.objects.count() == 1
    assert make_due(document_of, now=timezone.now()) == 0


def test_another_question_or_other_data_is_another_paper(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    client.get(f"{ASK}?as_at=2026-04-01")
    client.get(f"{ASK}?as_at=2026-04-01&counting=opened")
    client.get(f"{ASK}?as_at=2026-04-01&since=2026-01-01")
    assert Paper.objects.count() == 3

    verified(site)
    client.get(f"{ASK}?as_at=2026-04-01")

    assert Paper.objects.count() == 4


def test_a_paper_says_how_far_it_is_while_it_is_made(client: Client) -> None:
    client.get(ASK)
    seen = []

    def make(paper: Paper, say: Callable[[PaperState], None]) -> bytes:
        for state in (PaperState.COUNTING, PaperState.TYPESETTING):
            say(state)
            seen.append(client.get(f"/bahan-rapat/{paper.pk}/").content.decode())
        return b"%PDF"

    make_due(make, now=timezone.now())

    assert ["Angka sedang dihimpun" in seen[0], "Tata letak sedang disusun" in seen[1]] == [True, True]


def test_a_paper_is_made_by_one_and_again_only_once_the_lease_is_over(client: Client) -> None:
    client.get(ASK)
    now = timezone.now()
    taken = []

    def make(paper: Paper, say: Callable[[PaperState], None]) -> bytes:
        assert make_due(document_of, now=now + LEASE) == 0
        taken.append(make_due(document_of, now=now + LEASE + timedelta(seconds=1)))
        return b"late"

    # Who was held to be dead comes back: the paper of the second one stays.
    assert make_due(make, now=now) == 0

    assert taken == [1]
    assert bytes(Paper.objects.get().document).startswith(b"%PDF")


def test_a_paper_that_cannot_be_made_says_so_and_can_be_asked_for_again(client: Client) -> None:
    def fail(paper: Paper, say: Callable[[PaperState], None]) -> bytes:
        raise RuntimeError("rusak")

    address = client.get(ASK)["Location"]
    make_due(fail, now=timezone.now())

    page = client.get(address).content.decode()
    assert "gagal disusun" in page
    assert "rusak" not in page
    assert made(client).content.startswith(b"%PDF")


def test_a_paper_that_kills_its_makers_is_given_up(client: Client) -> None:
    address = client.get(ASK)["Location"]
    now = timezone.now()

    class Killed(BaseException):
        """The end of a process."""

    def die(paper: Paper, say: Callable[[PaperState], None]) -> bytes:
        raise Killed

    for attempt in range(ATTEMPTS):
        with pytest.raises(Killed):
            make_due(die, now=now + 2 * attempt * LEASE)
    assert make_due(document_of, now=now + 2 * ATTEMPTS * LEASE) == 0

    assert "gagal disusun" in client.get(address).content.decode()


def test_a_paper_that_no_worker_takes_is_made_by_whoever_looks(client: Client) -> None:
    address = client.get(ASK)["Location"]
    Paper.objects.update(asked_at=timezone.now() - PATIENCE - timedelta(seconds=1))

    assert "Bahan rapat siap" in client.get(address).content.decode()


def test_papers_are_gone_after_a_day(client: Client) -> None:
    address = client.get(ASK)["Location"]

    assert sweep(now=timezone.now() + KEPT - timedelta(minutes=1)) == 0
    assert sweep(now=timezone.now() + KEPT + timedelta(minutes=1)) == 1

    response = client.get(address)
    assert response.status_code == 404
    assert "Mintalah sekali lagi" in response.content.decode()


# --- For whom --------------------------------------------------------------------------------------------


@pytest.fixture
def provincial(db: None) -> User:
    """Somebody who works for Jawa Timur."""
    user = User.objects.create_user("jatim@pantau-mpp.example")
    today = timezone.localdate()
    Assignment.objects.create(user=user, role=Role.PROVINCE, province=Province.objects.get(code="35"), valid_from=today)
    return user


def test_a_paper_is_for_those_with_the_rights_it_was_made_with(client: Client, provincial: User, officer: User) -> None:
    client.force_login(provincial)
    address = client.get(ASK)["Location"]

    assert client.get(address).status_code == 200
    assert Client().get(address).status_code == 404
    stranger = Client()
    stranger.force_login(officer)
    assert stranger.get(f"{address}pdf/").status_code == 404

    Assignment.objects.filter(user=provincial).delete()

    assert client.get(f"{address}pdf/").status_code == 404


def test_rights_that_ended_before_it_was_made_end_the_paper(client: Client, provincial: User) -> None:
    client.force_login(provincial)
    client.get(ASK)
    Assignment.objects.filter(user=provincial).delete()

    assert make_due(document_of, now=timezone.now()) == 0

    assert Paper.objects.get().state == PaperState.FAILED


def test_the_reported_layer_is_for_those_signed_in(client: Client, officer: User) -> None:
    assert client.get(f"{ASK}?layer=reported").status_code == 400

    client.force_login(officer)

    assert "belum diverifikasi" in text_of(made(client, f"{ASK}?layer=reported").content)


# --- Too much, and nonsense ------------------------------------------------------------------------------


def test_fifty_papers_from_one_address_are_too_many(client: Client) -> None:
    answers = [client.get(f"{ASK}?as_at=2024-01-{day:02}") for day in range(1, 32)] + [
        client.get(f"{ASK}?as_at=2024-03-{day:02}") for day in range(1, 20)
    ]

    assert [answer.status_code for answer in answers].count(302) == 10
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Terlalu sering diminta" in answers[-1].content.decode()
    assert Paper.objects.count() == 10
    assert Client(REMOTE_ADDR="198.51.100.7").get(ASK).status_code == 302


def test_an_account_is_counted_by_itself_wherever_it_asks_from(officer: User) -> None:
    statuses = []
    for number in range(25):
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        browser.force_login(officer)
        statuses.append(browser.get(ASK).status_code)

    assert statuses.count(302) == 20
    assert statuses[-1] == 429


def test_a_full_queue_takes_no_more(client: Client) -> None:
    Paper.objects.bulk_create(Paper(key=str(number), asked={}) for number in range(100))

    response = client.get(ASK)

    assert (response.status_code, response["Retry-After"]) == (429, "60")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("as_at=kemarin", "as_at"),
        ("province=99", "province"),
        ("since=2024-12-12&as_at=2024-12-12", "since"),
        ("since=2016-01-01", "since"),
        ("province=93&as_at=2022-06-30", "province"),
        ("province=35&island_group=Papua", "province"),
    ],
)
def test_a_paper_that_cannot_be_asked_for_is_explained(client: Client, question: str, says: str) -> None:
    response = client.get(f"{ASK}?{question}")

    assert response.status_code == 400
    assert says in response.content.decode()
    assert not Paper.objects.exists()


def test_one_click_leads_from_the_pages_to_the_paper_with_their_parameters(client: Client) -> None:
    nation = client.get("/?as_at=2024-12-12&counting=opened").content.decode()
    province = client.get("/provinsi/35/?as_at=2024-12-12").content.decode()
    choices = client.get("/bahan-rapat/?as_at=2024-12-12&province=35").content.decode()

    assert 'href="/bahan-rapat/pdf/?as_at=2024-12-12&amp;counting=opened"' in nation
    assert 'href="/bahan-rapat/pdf/?as_at=2024-12-12&amp;province=35"' in province
    assert '<option value="35" selected>' in choices


def test_asking_takes_few_statements(client: Client, django_assert_num_queries: Any) -> None:
    client.get("/")
    # 1 the provinces, 7 the throttle, 1 the version, 1 the row, 1 how many wait, 3 the new row, 1 whether it is made
    with django_assert_num_queries(15):
        client.get(ASK)


def test_paper_is_asked_for_with_a_signed_in_users_key(officer: User) -> None:
    asked = {"as_at": "2026-01-01", "since": "2025-12-01"}

    one, other = ask_for(asked, by=officer, today=date(2026, 1, 1)), ask_for(asked, by=VISITOR, today=date(2026, 1, 1))

    assert (one.reader != "", other.reader) == (True, "")
