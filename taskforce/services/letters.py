"""How is a late region written to, and how is that kept?"""

import json
from datetime import date
from pathlib import Path

import typst
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.language import in_indonesian
from regions.choices import NoticeKind, RegencyKind, Role
from regions.models import Assignment, Regency, require_editor
from regions.services.notices import notice_for, tell
from taskforce.choices import LetterKind
from taskforce.lateness import Lateness, lateness, may_lift_a_reason, waiting_reports
from taskforce.models import Letter

LAYOUT = Path(settings.BASE_DIR) / "templates" / "taskforce" / "letter.typ"


@transaction.atomic
def write_letter(letter: Letter, *, by: User) -> Letter:
    """Make a letter from what stood on its own day, by what is known now, and keep it under its number.

    Args:
        letter: unsaved, with kind, regency, number, dates and who signs.
        by: who makes it.

    Raises:
        PermissionDenied: `by` does not steer the task force.
        ValidationError: nothing is late about the regency, a report waits that may change that, a field is wrong, or
            the number is taken.
    """
    require_editor(by)
    letter.clean()
    if open_questions := [entry.receipt for entry in waiting_reports(letter.regency) if may_lift_a_reason(entry)]:
        raise ValidationError(
            _("Putuskan dahulu laporan %(receipts)s, yang mungkin meniadakan keterlambatan."),
            code="waiting",
            params={"receipts": ", ".join(open_questions)},
        )
    late = in_indonesian(lateness)(letter.regency, today=letter.dated_on)
    if not late.reasons:
        raise ValidationError(
            _("Tidak ada keterlambatan %(regency)s yang tercatat."), code="not_late", params={"regency": letter.regency}
        )
    letter.made_by, letter.document = by, as_pdf(letter, late)
    save_checked(letter, force_insert=True)
    return letter


@transaction.atomic
def mark_sent(letter: Letter, *, sent_on: date, how: str, by: User) -> Letter:
    """Note that a letter was sent, and tell who works for the region; asked for twice nothing more happens.

    Raises:
        PermissionDenied: `by` does not steer the task force.
        ValidationError: it was cancelled, or the day lies before the letter's or ahead.
    """
    row = _not_cancelled(letter, by=by)
    if row.sent_on is not None:
        return row
    if sent_on > timezone.localdate():
        raise ValidationError(_("Tanggal kirim tidak boleh di masa depan."), code="future")
    row.sent_on, row.sent_by, row.sent_how = sent_on, by, how
    save_checked(row)
    _tell(row)
    return row


@transaction.atomic
def cancel(letter: Letter, *, because: str, by: User) -> Letter:
    """Cancel a letter that was not sent; its number is free again.

    Raises:
        PermissionDenied: `by` does not steer the task force.
        ValidationError: it was sent or cancelled before, or no reason is given.
    """
    row = _not_cancelled(letter, by=by)
    if row.sent_on is not None:
        raise ValidationError(_("Surat ini sudah dikirim."), code="sent")
    if not because.strip():
        raise ValidationError(_("Sebutkan alasan pembatalan."), code="no_reason")
    row.cancelled_because = because.strip()
    save_checked(row)
    return row


def addressee(regency: Regency) -> str:
    """Return whom a letter to a region is addressed to."""
    place = regency.name.removeprefix("Kabupaten ").removeprefix("Kota ")
    if regency.kind == RegencyKind.KOTA:
        return str(_("Wali Kota %(place)s") % {"place": place})
    if regency.kind == RegencyKind.DAERAH_KHUSUS:
        return _governor(regency)
    return str(_("Bupati %(place)s") % {"place": place})


def copied_to(regency: Regency) -> list[str]:
    """Return who gets a copy: the governor, unless the letter is theirs."""
    return [] if addressee(regency) == _governor(regency) else [_governor(regency)]


@in_indonesian
def as_pdf(letter: Letter, late: Lateness) -> bytes:
    """Return a letter as a tagged PDF; what people typed goes in as text, never as layout."""
    said = {
        "title": str(letter.get_kind_display()),
        "is_warning": letter.kind == LetterKind.WARNING,
        "number": letter.number,
        "day": date_format(letter.dated_on, "j F Y"),
        "reply_by": date_format(letter.reply_by, "j F Y"),
        "addressee": addressee(letter.regency),
        "region": letter.regency.name,
        "copies": copied_to(letter.regency),
        "as_at": date_format(late.as_at, "j F Y"),
        "facts": late.facts,
        "reasons": late.reasons,
        "position": letter.position,
        "signed_by": letter.signed_by,
    }
    pdf: bytes = typst.compile(LAYOUT.read_bytes(), sys_inputs={"letter": json.dumps(said)})
    return pdf


def _governor(regency: Regency) -> str:
    return str(_("Gubernur %(place)s") % {"place": regency.province.name})


def _not_cancelled(letter: Letter, *, by: User) -> Letter:
    """Return the row behind `letter`, locked, when `by` may send or cancel letters and nobody cancelled this one."""
    require_editor(by)
    row = Letter.objects.select_for_update(of=("self",)).select_related("regency__province").get(pk=letter.pk)
    if row.cancelled_because:
        raise ValidationError(_("Surat ini sudah dibatalkan."), code="cancelled")
    return row


@in_indonesian
def _tell(letter: Letter) -> None:
    on_duty = Assignment.objects.valid_on(timezone.localdate()).filter(user__is_active=True)
    officers = on_duty.filter(role=Role.OFFICER, regency=letter.regency)
    province = on_duty.filter(role=Role.PROVINCE, province=letter.regency.province)
    subject = _("%(letter)s untuk %(region)s") % {"letter": letter, "region": letter.regency}
    text = _("Jawaban ditunggu paling lambat %(day)s.") % {"day": date_format(letter.reply_by, "j F Y")}
    people = {assignment.user for assignment in (officers | province).select_related("user")}
    tell(
        *(
            notice_for(
                user,
                kind=NoticeKind.LETTER,
                key=f"letter:{letter.pk}",
                subject=subject,
                text=text,
                path=letter.get_absolute_url(),
            )
            for user in people
        )
    )
