"""Does a statement enter the ledger, and come to be believed, by the rules and by no other way?"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from mpp_tracker.celery import app
from regions.choices import EntryState, Stage
from regions.models import DirtyProvince, Milestone, Regency, Site
from regions.services import ledger, notices
from regions.services.ledger import report, send_back, verify


def test_a_report_waits_for_review_and_is_not_in_force(site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)

    assert entry.state == EntryState.REPORTED
    assert not Milestone.objects.in_force().filter(pk=entry.pk).exists()
    assert not DirtyProvince.objects.exists()


def test_verify_puts_it_in_force_and_marks_its_province(
    site: Site, reported: Callable[..., Milestone], verifier: User
) -> None:
    entry = verify(reported(site), by=verifier)

    assert Milestone.objects.in_force().filter(pk=entry.pk).exists()
    assert list(DirtyProvince.objects.values_list("province__code", "since")) == [("35", date(2026, 3, 1))]


def test_verify_refuses_ones_own_report(site: Site, reported: Callable[..., Milestone], officer: User) -> None:
    entry = reported(site)

    with pytest.raises(ValidationError, match="Laporan sendiri"):
        verify(entry, by=officer)

    assert not Milestone.objects.verified().filter(site=site).exists()


@pytest.mark.parametrize("decide", [verify, lambda entry, by: send_back(entry, by=by, reason="Tanggal salah")])
def test_only_a_waiting_report_is_decided_on(
    decide: Callable[..., Milestone], site: Site, verified: Callable[..., Milestone], verifier: User
) -> None:
    entry = verified(site)

    with pytest.raises(ValidationError, match="tidak menunggu pemeriksaan"):
        decide(entry, by=verifier)


def test_send_back_needs_a_reason(site: Site, reported: Callable[..., Milestone], verifier: User) -> None:
    with pytest.raises(ValidationError, match="alasan"):
        send_back(reported(site), by=verifier, reason="  ")


def test_send_back_keeps_the_reason(site: Site, reported: Callable[..., Milestone], verifier: User) -> None:
    entry = send_back(reported(site), by=verifier, reason=" Bukti belum ada ")

    entry.refresh_from_db()
    assert (entry.state, entry.review_note) == (EntryState.RETURNED, "Bukti belum ada")


def test_a_day_ahead_is_refused(site: Site, reported: Callable[..., Milestone]) -> None:
    with pytest.raises(ValidationError, match="masa depan"):
        reported(site, reached_on=timezone.localdate() + timedelta(days=1))


def test_this_year_is_not_ahead_although_it_counts_from_its_last_day(
    site: Site, reported: Callable[..., Milestone]
) -> None:
    this_year = date(timezone.localdate().year, 12, 31)

    assert reported(site, reached_on=this_year, date_precision="year").pk


def test_saying_the_same_again_is_refused(site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site)

    with pytest.raises(ValidationError, match="sudah tercatat"):
        verified(site)


def test_a_correction_replaces_and_keeps_what_was_believed(site: Site, verified: Callable[..., Milestone]) -> None:
    first = verified(site, reached_on=date(2026, 3, 1))

    second = verified(site, reached_on=date(2026, 4, 1), supersedes=first, note="Tanggal di prasasti")

    assert list(Milestone.objects.in_force().filter(site=site)) == [second]
    assert Milestone.objects.verified().filter(pk=first.pk).exists()
    assert DirtyProvince.objects.latest("pk").since == date(2026, 3, 1)


def test_a_withdrawal_puts_nothing_in_its_place(site: Site, verified: Callable[..., Milestone]) -> None:
    first = verified(site)

    verified(site, supersedes=first, withdraws=True, note="Ternyata MPP lain")

    assert not Milestone.objects.in_force().filter(site=site).exists()


def test_an_entry_is_corrected_only_once(
    site: Site, verified: Callable[..., Milestone], reported: Callable[..., Milestone], verifier: User
) -> None:
    first = verified(site)
    rival = reported(site, reached_on=date(2026, 5, 1), note="Menurut arsip")
    verified(site, reached_on=date(2026, 4, 1), supersedes=first, note="Menurut prasasti")
    # As if both had been reported at the same moment.
    Milestone.objects.filter(pk=rival.pk).update(supersedes=first)

    with pytest.raises(ValidationError, match="sudah dikoreksi"):
        verify(rival, by=verifier)


def test_a_correction_without_a_reason_is_refused(site: Site, verified: Callable[..., Milestone]) -> None:
    first = verified(site)

    with pytest.raises(ValidationError, match="alasannya"):
        verified(site, reached_on=date(2026, 4, 1), supersedes=first)


def test_a_correction_of_another_sites_entry_is_refused(site: Site, verified: Callable[..., Milestone]) -> None:
    foreign = Milestone.objects.in_force().exclude(site=site).first()

    with pytest.raises(ValidationError, match="MPP atau wilayah yang sama"):
        verified(site, supersedes=foreign, note="Salah alamat")


def test_a_correction_of_a_report_is_refused(
    site: Site, reported: Callable[..., Milestone], verified: Callable[..., Milestone]
) -> None:
    waiting = reported(site)

    with pytest.raises(ValidationError, match="terverifikasi"):
        verified(site, reached_on=date(2026, 4, 1), supersedes=waiting, note="Salah")


def test_an_entry_of_a_moved_regency_marks_both_its_provinces(verified: Callable[..., Milestone]) -> None:
    merauke = Regency.objects.get(code="93.01")
    site = Site.objects.create(regency=merauke, name="MPP Merauke")

    verified(site, reached_on=date(2022, 5, 1))

    assert set(DirtyProvince.objects.values_list("province__code", flat=True)) == {"91", "93"}


def test_nothing_is_verified_when_its_province_cannot_be_marked(
    site: Site, reported: Callable[..., Milestone], verifier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = reported(site)

    def fail(*args: object, **kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(ledger, "mark_dirty", fail)
    with pytest.raises(IntegrityError):
        verify(entry, by=verifier)

    entry.refresh_from_db()
    assert entry.state == EntryState.REPORTED


@pytest.mark.parametrize(
    ("decide", "task"),
    [
        (lambda entry, by: verify(entry, by=by), ledger.RECOMPUTE_TASK),
        (lambda entry, by: send_back(entry, by=by, reason="Foto belum ada"), notices.SEND_TASK),
    ],
    ids=["verify", "send back"],
)
def test_a_decision_nudges_a_task_that_exists(
    site: Site,
    reported: Callable[..., Milestone],
    verifier: User,
    django_capture_on_commit_callbacks: Callable[..., list],
    decide: Callable[..., Milestone],
    task: str,
) -> None:
    entry = reported(site)

    with django_capture_on_commit_callbacks() as callbacks:
        decide(entry, verifier)

    app.loader.import_default_modules()
    assert [callback.args for callback in callbacks] == [(task,)]
    assert task in app.tasks


def test_a_stage_nobody_knows_is_refused(site: Site, officer: User) -> None:
    with pytest.raises(ValidationError):
        report(Milestone(site=site, stage="finished", reached_on=date(2026, 1, 1)), by=officer)


def test_stages_may_come_in_any_order(site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site, Stage.INAUGURATED, date(2026, 1, 1))

    assert verified(site, Stage.BUILDING, date(2026, 2, 1)).pk
