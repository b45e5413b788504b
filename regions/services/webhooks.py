"""How do programs learn what happens? docs/decisions/0021-tokens-and-webhooks.md says why so.

An event is a row of the transaction in which it happened. A job finds out who listens and may know, and sends: signed,
again after growing pauses, at least once, always under the same id. Whoever is killed leaves it to the next.
"""

import base64
import hashlib
import hmac
import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import SystemRandom
from time import monotonic
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.language import in_indonesian
from mpp_tracker.lib.outward import INTERNET, Network, NoAddressError, NoAnswerError, post, target_of
from mpp_tracker.lib.queue import nudge
from regions.choices import DeliveryState, EventKind, NoticeKind
from regions.models import (
    Happening,
    LedgerEntry,
    LedgerQuerySet,
    Province,
    Regency,
    SiteEntry,
    Webhook,
    WebhookDelivery,
    still_permitted,
    turf_of,
)
from regions.models.webhooks import PAUSES, new_salt
from regions.services.notices import notice_for, tell
from regions.services.tokens import require_reach

logger = logging.getLogger(__name__)

DELIVER_TASK = "regions.deliver_webhooks"
TEST = "test"
KEPT = timedelta(days=30)
MOST = 10
"""So many webhooks a person may have. An assumption."""
GIVEN_UP_AFTER = timedelta(days=3)
ONE_MAY_USE = 5
"""So many seconds of a run one webhook may use before the rest of what it is to hear waits."""
_RUN_SECONDS = 20
_OTHERS_WAIT = timedelta(minutes=1)
_GONE = 410
_dice = SystemRandom()


# --- What happened ---------------------------------------------------------------------------------------


@in_indonesian
def announce(entries: Sequence[LedgerEntry], *, kind: EventKind) -> None:
    """Note that reports were verified or returned, where somebody listens; in the transaction in which they were."""
    if entries and Webhook.objects.listening_to(kind).exists():
        Happening.objects.bulk_create(
            Happening(kind=kind, ledger=entry._meta.label_lower, entry=entry.pk, data=_about(entry))
            for entry in entries
        )
        nudge(DELIVER_TASK)


def announce_coverage(figures: dict[int, dict[str, Any]]) -> None:
    """Note that verified figures of provinces changed, by the key of each."""
    provinces = Province.objects.in_bulk(figures)
    Happening.objects.bulk_create(
        Happening(
            kind=EventKind.COVERAGE,
            province=province,
            data={"province": {"code": province.code, "name": province.name}, **figures[key]},
        )
        for key, province in provinces.items()
    )
    if provinces:
        nudge(DELIVER_TASK)


def _about(entry: LedgerEntry) -> dict[str, Any]:
    """Return what says which report it is. Whoever wants to know more asks the API, as who they then are."""
    site = entry.site if isinstance(entry, SiteEntry) or hasattr(entry, "site") else None
    return {
        "ledger": entry._meta.model_name,
        "id": entry.pk,
        "receipt": entry.receipt,
        "state": entry.state,
        "said": entry.said,
        "happened_on": entry.happened_on.isoformat(),
        "date_precision": entry.date_precision,
        "site": {"id": site.pk, "name": site.name} if site else None,
        "regency": {"code": entry.holder.code, "name": entry.holder.name},
        "page": f"{settings.SITE_URL}{entry.get_absolute_url()}",
    }


def spread(*, now: datetime) -> int:
    """Make a delivery of each event for every webhook that listens and whose owner may know; return how many."""
    count = 0
    waiting = Happening.objects.filter(spread_at=None)
    while True:
        with transaction.atomic():
            # Two workers take different ones; one that is killed leaves them as they were.
            event = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("at", "pk").first()
            if event is None:
                return count
            told = [webhook for webhook in _listeners(event) if may_know(webhook, event)]
            deliveries = [WebhookDelivery(webhook=webhook, event=event, next_at=now) for webhook in told]
            WebhookDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
            Happening.objects.filter(pk=event.pk).update(spread_at=now)
            count += len(told)


def _listeners(event: Happening) -> Sequence[Webhook]:
    if event.webhook_id:
        chosen = Webhook.objects.filter(pk=event.webhook_id, is_enabled=True)
    else:
        chosen = Webhook.objects.listening_to(EventKind(event.kind))
    return list(chosen.select_related("user", "province", "regency"))


def may_know(webhook: Webhook, event: Happening) -> bool:
    """Return whether a webhook's owner may read, today and in its place, what an event is about."""
    holder = webhook.holder()
    if not holder.is_active:
        return False
    if event.province_id:
        return Regency.objects.filter(turf_of(holder).reaches(""), province=event.province_id).exists()
    if event.ledger:
        entries: LedgerQuerySet = apps.get_model(event.ledger)._default_manager.all()
        return entries.known_to(holder).filter(pk=event.entry).exists()
    return True


# --- Sending ---------------------------------------------------------------------------------------------


def deliver_due(*, now: datetime, network: Network = INTERNET) -> int:
    """Send what is due, for some seconds at most, lest other work wait; return how much arrived."""
    WebhookDelivery.objects.given_up(now).update(state=DeliveryState.FAILED, ended_at=now)
    began, arrived_count, resting = monotonic(), 0, set[int]()
    used: dict[int, float] = defaultdict(float)
    due = WebhookDelivery.objects.due(now).order_by("next_at", "pk")
    for delivery in due.select_related("event", "webhook__user", "webhook__province", "webhook__regency")[:1000]:
        passed = timedelta(seconds=monotonic() - began)
        if passed.total_seconds() > _RUN_SECONDS:
            break
        if delivery.webhook_id in resting:
            continue
        arrived = deliver_one(delivery, now=now + passed, network=network)
        arrived_count += arrived is True
        used[delivery.webhook_id] += monotonic() - began - passed.total_seconds()
        if arrived is False or used[delivery.webhook_id] > ONE_MAY_USE:
            # Who does not answer, or slowly, holds up nobody else with its other events.
            resting.add(delivery.webhook_id)
            WebhookDelivery.objects.due(now).filter(webhook=delivery.webhook_id).update(next_at=now + _OTHERS_WAIT)
    return arrived_count


def deliver_one(delivery: WebhookDelivery, *, now: datetime, network: Network = INTERNET) -> bool | None:
    """Send an event unless somebody else does; return whether it arrived, None when it was not sent."""
    taken = WebhookDelivery.objects.due(now).filter(pk=delivery.pk)
    if not taken.update(claimed_at=now, attempts=F("attempts") + 1):
        return None
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, claimed_at=now)
    if not may_know(delivery.webhook, delivery.event):
        mine.update(state=DeliveryState.WITHHELD, ended_at=now)
        return None
    body = _body(delivery.event)
    headers = signed(delivery.message_id, now, body, key=delivery.webhook.key)
    status = None
    try:
        status = post(delivery.webhook.url, body, headers, network=network)
    except (NoAddressError, NoAnswerError) as error:
        logger.info("Webhook %d was not reached: %s", delivery.webhook_id, type(error).__name__)
    if status is not None and 200 <= status < 300:
        mine.update(state=DeliveryState.DELIVERED, status=status, ended_at=now)
        Webhook.objects.filter(pk=delivery.webhook_id, failing_since__isnull=False).update(failing_since=None)
        return True
    _failed(delivery, mine, status, now=now)
    return False


def signed(message_id: str, at: datetime, body: bytes, *, key: bytes) -> dict[str, str]:
    """Return the headers of a message by which its receiver knows whose it is, and that it is not an old one.

    Source: https://www.standardwebhooks.com/
    """
    seconds = str(int(at.timestamp()))
    digest = hmac.new(key, b".".join([message_id.encode(), seconds.encode(), body]), hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Pantau-MPP-Webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: up to a fifth more, lest all come back at once.

    Never less, so that the last attempt comes when the webhook is to be switched off, not before.
    """
    return PAUSES[min(attempts, len(PAUSES)) - 1] * _dice.uniform(1.0, 1.2)


def _body(event: Happening) -> bytes:
    said = {"type": _TYPES[event.kind], "timestamp": event.at.isoformat(), "data": event.data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


_TYPES = {
    EventKind.VERIFIED.value: "report.verified",
    EventKind.RETURNED.value: "report.returned",
    EventKind.COVERAGE.value: "coverage.changed",
    TEST: "test",
}


def _failed(delivery: WebhookDelivery, mine: Any, status: int | None, *, now: datetime) -> None:
    attempts = delivery.attempts + 1
    if attempts > len(PAUSES):
        mine.update(state=DeliveryState.FAILED, status=status, ended_at=now)
    else:
        mine.update(claimed_at=None, status=status, next_at=now + pause_after(attempts))
    hook = Webhook.objects.filter(pk=delivery.webhook_id, is_enabled=True)
    hook.filter(failing_since=None).update(failing_since=now)
    ended = hook if status == _GONE else hook.filter(failing_since__lte=now - GIVEN_UP_AFTER)
    with transaction.atomic():
        if ended.update(is_enabled=False):
            _tell_switched_off(delivery.webhook, now=now)


@in_indonesian
def _tell_switched_off(webhook: Webhook, *, now: datetime) -> None:
    tell(
        notice_for(
            webhook.user,
            kind=NoticeKind.WEBHOOK,
            key=f"webhook:{webhook.pk}:{now.isoformat()}",
            subject=_("Webhook “%(name)s” dimatikan") % {"name": webhook},
            text=_("Alamatnya terlalu lama tidak menerima kiriman. Nyalakan lagi setelah diperbaiki."),
            path=webhook.get_absolute_url(),
        )
    )


# --- What its owner does ---------------------------------------------------------------------------------


@transaction.atomic
def make_webhook(webhook: Webhook, *, by: User) -> Webhook:
    """Have `by` told of events at an address; its secret can be read from what is returned.

    Raises:
        PermissionDenied: its place is not on their turf.
        ValidationError: a field is wrong, the address may not be reached, or they have too many.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if Webhook.objects.visible_to(by).count() >= MOST:
        raise ValidationError(
            _("Paling banyak %(most)d webhook. Pakailah yang ada."), code="too_many", params={"most": MOST}
        )
    check_address(webhook.url)
    require_reach(webhook.area, by=by)
    webhook.user = by
    save_checked(webhook, force_insert=True)
    return still_permitted(Webhook.objects.visible_to(by), webhook)


def check_address(url: str) -> None:
    """Refuse an address that nothing is ever sent to.

    Raises:
        ValidationError: it is no `https` address of the public internet.
    """
    try:
        target_of(url)
    except NoAddressError as error:
        sentence = _("Tulis alamat umum yang diawali https://, tanpa nama pengguna, porta 443 atau 8443.")
        raise ValidationError(sentence, code="no_address") from error


@transaction.atomic
def switch(webhook: Webhook, *, on: bool, now: datetime, by: User) -> None:
    """Switch a webhook on, with all that waits for it, or off."""
    mine = Webhook.objects.editable_by(by).filter(pk=webhook.pk)
    if mine.update(is_enabled=on, failing_since=None) and on:
        webhook.deliveries.filter(state=DeliveryState.WAITING).update(next_at=now, attempts=0, claimed_at=None)
        nudge(DELIVER_TASK)


@transaction.atomic
def renew_secret(webhook: Webhook, *, by: User) -> Webhook:
    """Give a webhook another secret; the one before signs nothing from now on."""
    Webhook.objects.editable_by(by).filter(pk=webhook.pk).update(salt=new_salt())
    return Webhook.objects.visible_to(by).get(pk=webhook.pk)


@transaction.atomic
def send_test(webhook: Webhook, *, by: User) -> Happening:
    """Send an event that says nothing, to see whether it arrives.

    Raises:
        ValidationError: the webhook is off, or one is under way.
    """
    mine = Webhook.objects.editable_by(by).select_for_update(of=("self",)).filter(pk=webhook.pk, is_enabled=True)
    if mine.first() is None:
        raise ValidationError(_("Webhook ini mati. Nyalakan dahulu."), code="off")
    tests = Happening.objects.filter(webhook=webhook, kind=TEST)
    if tests.filter(spread_at=None).exists() or tests.filter(deliveries__state=DeliveryState.WAITING).exists():
        raise ValidationError(_("Uji coba sebelumnya masih dikirim."), code="under_way")
    nudge(DELIVER_TASK)
    return Happening.objects.create(kind=TEST, webhook=webhook, data={"webhook": webhook.name})


def sweep(*, now: datetime) -> int:
    """Delete events, with their deliveries, that are too old to be of use; return how many rows there were."""
    count, _by_model = Happening.objects.filter(at__lt=now - KEPT).delete()
    return count
