"""Is a letter made from the record, kept as it was made, and marked when sent?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from commitments.models import Pledge
from regions.choices import NoticeKind, OperatingStatus, Role, Stage
from regions.models import Assignment, Milestone, Notice, OperatingRecord, Regency, Site
from regions.services.ledger import report, send_back
from taskforce.lateness import lateness
from taskforce.models import ActionItem, Letter
from taskforce.services.actions import plan
from taskforce.services.letters import addressee, as_pdf, cancel, copied_to, mark_sent, write_letter

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture
def letter(editor: User, ponorogo: Regency) -> Callable[..., Letter]:
    """A function that writes a warning to Ponorogo, which has no MPP."""

    def make(**more: Any) -> Letter:
        said = {"kind": "warning", "regency": ponorogo, "number": "B/1/2026", "reply_by": TODAY + timedelta(days=14)}
        return write_letter(Letter(**(said | {"signed_by": "A", "position": "Deputi"} | more)), by=editor)

    return make


def test_a_letter_is_kept_as_a_pdf_with_its_number(letter: Callable[..., Letter]) -> None:
    made = letter()

    kept = bytes(Letter.objects.get(pk=made.pk).document)
    assert kept.startswith(b"%PDF-")
    # Tagged, so that a screen reader reads it out.
    assert b"/StructTreeRoot" in kept
    assert str(made) == "Surat teguran B/1/2026"


def test_what_is_late_is_said_from_the_record(
    ponorogo: Regency,
    site: Site,
    editor: User,
    verified: Callable[..., Milestone],
    operating: Callable[..., OperatingRecord],
) -> None:
    verified(site, Stage.BUILDING, date(2026, 1, 5))
    operating(site, OperatingStatus.SUSPENDED, date(2026, 3, 1))
    Pledge.objects.create(regency=ponorogo, pledged_on=date(2026, 1, 5), due_on=date(2026, 6, 30), date_precision="day")
    plan(
        ActionItem(title="Benahi gedung", regency=ponorogo, decided_on=date(2026, 1, 1), due_on=date(2026, 2, 1)),
        by=editor,
    )

    late = lateness(ponorogo, today=date(2026, 11, 22))

    assert late.facts == (
        ("Tahap terakhir", "Pembangunan/renovasi (5 Januari 2026)"),
        ("Status operasional", "Tutup sementara (1 Maret 2026)"),
        (
            "Cakupan Jawa Timur",
            "35 dari 38 kabupaten/kota (92,1\N{NO-BREAK SPACE}%)",
        ),
    )
    assert late.reasons == (
        "Target cakupan 100,0 persen yang ditetapkan Pj Gubernur Jawa Timur jatuh tempo pada 31 Desember 2024,"
        " sedangkan MPP Kabupaten Ponorogo belum diresmikan.",
        "Komitmen tanggal 5 Januari 2026 untuk meresmikan MPP paling lambat 30 Juni 2026 belum terpenuhi.",
        "MPP tercatat “Tutup sementara” sejak 1 Maret 2026 dan belum tercatat beroperasi kembali.",
        "Rencana aksi “Benahi gedung” melewati tenggat 1 Februari 2026 dengan keadaan “Belum dimulai”.",
    )


def test_a_region_where_nothing_is_late_gets_no_letter(
    letter: Callable[..., Letter], site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.INAUGURATED, date(2026, 1, 5))

    with pytest.raises(ValidationError, match="Tidak ada keterlambatan"):
        letter()


def test_a_letter_says_what_stood_on_its_own_day(
    letter: Callable[..., Letter], site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.INAUGURATED, TODAY - timedelta(days=10))

    with pytest.raises(ValidationError, match="Tidak ada keterlambatan"):
        letter(dated_on=TODAY - timedelta(days=10))

    assert letter(dated_on=TODAY - timedelta(days=11)).pk


def test_the_longest_way_back_and_ahead_is_accepted(letter: Callable[..., Letter]) -> None:
    assert letter(dated_on=TODAY - timedelta(days=30), reply_by=TODAY + timedelta(days=336)).pk


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"dated_on": date(2016, 12, 31), "reply_by": date(2017, 1, 1)}, "not_before_the_rollout"),
        ({"dated_on": date(2026, 1, 1), "reply_by": date(2027, 1, 3)}, "reply_within_a_year"),
    ],
)
def test_the_database_keeps_the_days_of_a_letter_plausible(
    editor: User, ponorogo: Regency, wrong: dict[str, Any], constraint: str
) -> None:
    said = {"kind": "warning", "number": "1", "signed_by": "A", "position": "B", "document": b"x"}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Letter.objects.create(regency=ponorogo, made_by=editor, **said, **wrong)


def waiting(site: Site, officer: User, what: str) -> Milestone | OperatingRecord:
    """Report about a site what nobody has reviewed yet."""
    if what in Stage.values:
        return report(Milestone(site=site, stage=what, reached_on=date(2026, 3, 1)), by=officer)
    return report(OperatingRecord(site=site, status=what, since=date(2026, 3, 1)), by=officer)


@pytest.mark.parametrize("what", [Stage.OPENED, Stage.INAUGURATED, OperatingStatus.OPERATING])
def test_while_a_report_waits_that_may_lift_a_reason_there_is_no_letter(
    letter: Callable[..., Letter], site: Site, officer: User, verifier: User, what: str
) -> None:
    entry = waiting(site, officer, what)

    with pytest.raises(ValidationError, match=f"Putuskan dahulu laporan {entry.receipt}"):
        letter()
    send_back(entry, by=verifier, reason="Tanpa bukti")

    assert letter().pk


@pytest.mark.parametrize(("what", "is_branch"), [(Stage.BUILDING, False), (Stage.INAUGURATED, True)])
def test_other_reports_that_wait_do_not_stop_a_letter(
    letter: Callable[..., Letter], site: Site, officer: User, what: str, is_branch: bool
) -> None:
    Site.objects.filter(pk=site.pk).update(is_branch=is_branch)
    waiting(Site.objects.get(pk=site.pk), officer, what)

    assert letter().pk


def test_reports_that_wait_stand_on_the_form_and_lead_to_their_review(
    client: Client, editor: User, officer: User, site: Site
) -> None:
    client.force_login(editor)
    address = reverse("taskforce:letter-new", args=[site.regency.code])
    assert "menunggu verifikasi" not in client.get(address).content.decode()
    entries = [waiting(site, officer, what) for what in (Stage.BUILDING, OperatingStatus.OPERATING)]

    page = client.get(address).content.decode()

    assert "menunggu verifikasi" in page
    for entry in entries:
        assert f'<a href="/verifikasi/{entry.LEDGER}/{entry.pk}/">{entry.receipt}</a>' in page


@pytest.mark.parametrize("dated_on", ["0001-01-01", "2020-01-01", "9999-12-31"])
def test_the_form_says_between_which_days_a_letter_lies(
    client: Client, editor: User, ponorogo: Regency, dated_on: str
) -> None:
    client.force_login(editor)
    address = reverse("taskforce:letter-new", args=[ponorogo.code])
    first, last = TODAY - timedelta(days=30), TODAY + timedelta(days=366)
    assert f'min="{first}" max="{TODAY}"' in client.get(address).content.decode()
    assert f'min="{first}" max="{last}"' in client.get(address).content.decode()
    form = {"kind": "reminder", "number": "B/7", "dated_on": dated_on, "reply_by": "9999-12-31"}

    page = client.post(address, form | {"position": "Deputi", "signed_by": "A"}).content.decode()

    assert "paling lama 30 hari yang lalu" in page or "masa depan" in page
    assert not Letter.objects.exists()


def test_the_form_shows_what_stood_on_the_day_chosen(
    client: Client, editor: User, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.INAUGURATED, TODAY - timedelta(days=10))
    client.force_login(editor)
    day = TODAY - timedelta(days=20)
    form = {"kind": "reminder", "number": "", "dated_on": day.isoformat(), "reply_by": TODAY.isoformat()}

    page = client.post(reverse("taskforce:letter-new", args=[site.regency.code]), form).content.decode()

    assert f"Yang tercatat per {date_format(day, 'j F Y')}" in page
    assert "belum diresmikan" in page


@pytest.mark.parametrize(("code", "copies"), [("35.02", ["Gubernur Jawa Timur"]), ("31.00", [])])
def test_the_governor_gets_a_copy_of_letters_to_others(code: str, copies: list[str]) -> None:
    assert copied_to(Regency.objects.select_related("province").get(code=code)) == copies


@pytest.mark.parametrize(
    ("code", "who"),
    [("35.02", "Bupati Ponorogo"), ("35.77", "Wali Kota Madiun"), ("31.00", "Gubernur")],
)
def test_whom_a_letter_is_addressed_to(code: str, who: str) -> None:
    assert addressee(Regency.objects.select_related("province").get(code=code)).startswith(who)


def test_what_is_typed_never_becomes_layout(letter: Callable[..., Letter], ponorogo: Regency) -> None:
    hostile = '#panic("x") *a* $x$ <b> \\ "]'

    made = letter(signed_by=hostile, position=hostile, number=hostile)

    assert bytes(made.document).startswith(b"%PDF-")
    assert as_pdf(made, lateness(ponorogo, today=TODAY)) is not None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reply_by": TODAY - timedelta(days=1)}, "Batas jawaban tidak boleh mendahului"),
        ({"dated_on": TODAY + timedelta(days=1), "reply_by": TODAY + timedelta(days=9)}, "masa depan"),
        ({"dated_on": TODAY - timedelta(days=31)}, "paling lama 30 hari yang lalu"),
        ({"dated_on": date(1, 1, 1)}, "paling lama 30 hari yang lalu"),
        ({"reply_by": TODAY + timedelta(days=367)}, "paling lama 366 hari"),
        ({"reply_by": date(9999, 12, 31)}, "paling lama 366 hari"),
        ({"number": ""}, "kosong|memerlukan"),
        ({"kind": "threat"}, "threat"),
    ],
)
def test_a_wrong_letter_is_refused_with_a_sentence(
    letter: Callable[..., Letter], wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        letter(**wrong)

    assert not Letter.objects.exists()


def test_a_number_is_used_once_a_year_unless_cancelled(letter: Callable[..., Letter], editor: User) -> None:
    first = letter()
    with pytest.raises(ValidationError, match="sudah dipakai"):
        letter()

    cancel(first, because="Salah tujuan", by=editor)

    assert letter().pk != first.pk


def test_sending_is_noted_once_and_told_once(
    letter: Callable[..., Letter], editor: User, officer: User, ponorogo: Regency
) -> None:
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=TODAY)
    made = letter()
    assert not Letter.objects.visible_to(officer).exists()

    mark_sent(made, sent_on=TODAY, how="Pos", by=editor)
    again = mark_sent(made, sent_on=TODAY, how="Surel", by=editor)

    assert (again.sent_how, again.sent_by) == ("Pos", editor)
    assert list(Letter.objects.visible_to(officer)) == [made]
    assert [notice.recipient for notice in Notice.objects.filter(kind=NoticeKind.LETTER)] == [officer]
    with pytest.raises(ValidationError, match=r"Surat ini sudah dikirim\."):
        cancel(made, because="Batal", by=editor)


def test_a_cancelled_letter_is_neither_sent_nor_cancelled_again(letter: Callable[..., Letter], editor: User) -> None:
    made = letter()
    cancel(made, because="Salah tujuan", by=editor)

    with pytest.raises(ValidationError, match=r"Surat ini sudah dibatalkan\."):
        mark_sent(made, sent_on=TODAY, how="Pos", by=editor)
    with pytest.raises(ValidationError, match=r"Surat ini sudah dibatalkan\."):
        cancel(made, because="Lagi", by=editor)


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=1)])
def test_a_letter_is_sent_between_its_date_and_today(letter: Callable[..., Letter], editor: User, day: date) -> None:
    with pytest.raises(ValidationError, match=r"sebelum tanggalnya|masa depan"):
        mark_sent(letter(), sent_on=day, how="", by=editor)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE taskforce_letter SET number = 'X'",
        "UPDATE taskforce_letter SET document = ''",
        "DELETE FROM taskforce_letter",
    ],
)
def test_a_letter_stays_as_it_was_made(letter: Callable[..., Letter], sql: str) -> None:
    letter()

    with pytest.raises(IntegrityError, match="tidak dapat diubah"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_only_who_steers_writes_sends_and_cancels(letter: Callable[..., Letter], officer: User) -> None:
    made = letter()

    for act in (
        lambda: write_letter(Letter(regency=made.regency, dated_on=TODAY), by=officer),
        lambda: mark_sent(made, sent_on=TODAY, how="", by=officer),
        lambda: cancel(made, because="x", by=officer),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_from_reasons_to_sent_by_the_pages(client: Client, editor: User, ponorogo: Regency) -> None:
    client.force_login(editor)
    address = reverse("taskforce:letter-new", args=[ponorogo.code])
    assert "belum diresmikan" in client.get(address).content.decode()

    form = {"kind": "reminder", "number": "B/7", "dated_on": TODAY.isoformat(), "reply_by": TODAY.isoformat()}
    answer = client.post(address, form | {"position": "Deputi", "signed_by": "A"})
    made = Letter.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    twice = client.post(address, form | {"position": "Deputi", "signed_by": "A"})
    assert "Nomor surat ini sudah dipakai pada tahun itu." in twice.content.decode()

    assert f"{timezone.localtime(made.made_at):%H.%M} WIB" in client.get(answer["Location"]).content.decode()
    client.post(reverse("taskforce:letter-send", args=[made.pk]), {"sent_on": TODAY.isoformat(), "how": "Pos"})
    pdf = client.get(reverse("taskforce:letter-pdf", args=[made.pk]))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert "attachment" in pdf["Content-Disposition"]
    assert "Terkirim" in client.get(reverse("taskforce:letters")).content.decode()


def test_as_many_queries_for_many_letters_as_for_one(
    client: Client, letter: Callable[..., Letter], editor: User, django_assert_num_queries: Any
) -> None:
    client.force_login(editor)
    letter(number="0")
    # Session, user, units to write to, letters counted and listed, reader.
    with django_assert_num_queries(6):
        client.get(reverse("taskforce:letters"))
    for number in range(1, 15):
        letter(number=str(number))

    with django_assert_num_queries(6):
        client.get(reverse("taskforce:letters"))
