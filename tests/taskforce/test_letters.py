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

from accounts.models import User
from commitments.models import Pledge
from regions.choices import NoticeKind, OperatingStatus, Role, Stage
from regions.models import Assignment, Milestone, Notice, OperatingRecord, Regency, Site
from taskforce.lateness import lateness
from taskforce.models import ActionItem, Letter
from taskforce.services.actions import plan
from taskforce.services.letters import addressee, as_pdf, cancel, mark_sent, write_letter

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
            "35 dari 38 kabupaten/kota (92,1 %)",
        ),
    )
    assert late.reasons == (
        "Target cakupan 100,0 persen yang ditetapkan Pj Gubernur Jawa Timur jatuh tempo pada 31 Desember 2024,"
        " sedangkan MPP Kabupaten Ponorogo belum diresmikan.",
        "Komitmen tanggal 5 Januari 2026 untuk meresmikan MPP paling lambat 30 Juni 2026 belum terpenuhi.",
        "MPP tercatat “Tutup sementara” sejak 1 Maret 2026 dan belum dilaporkan beroperasi kembali.",
        "Rencana aksi “Benahi gedung” melewati tenggat 1 Februari 2026 dengan keadaan “Belum dimulai”.",
    )


def test_a_region_where_nothing_is_late_gets_no_letter(
    letter: Callable[..., Letter], site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.INAUGURATED, date(2026, 1, 5))

    with pytest.raises(ValidationError, match="Tidak ada keterlambatan"):
        letter()


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
    with pytest.raises(ValidationError, match="tidak dapat"):
        cancel(made, because="Batal", by=editor)


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
