"""How does a person give a program a token, how is it known again, and how is it taken away?

A token is `mpp_`, forty random hexadecimal digits, and eight more by which a slip of the pen, and a scanner that looks
for secrets in published files, can tell one without asking anybody.
"""

import re
import secrets
import zlib
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.models import ApiToken, Province, Regency, still_permitted, turf_of

_FORM = re.compile(r"(mpp_[0-9a-f]{40})([0-9a-f]{8})", re.ASCII)
_PREFIX_LENGTH = len("mpp_") + 8
USE_NOTED_EVERY = timedelta(minutes=1)
MOST_USABLE = 20
"""So many tokens a person may have at once: beyond that nobody knows what each is for. An assumption."""


@transaction.atomic
def make_token(token: ApiToken, *, now: datetime, by: User) -> tuple[ApiToken, str]:
    """Make `by` a token; return it with its secret, which nobody can read again.

    Args:
        token: an unsaved one: its name, place, end, and whether it only reads.
        now: when it is made.
        by: whose it becomes.

    Raises:
        PermissionDenied: its place is not on their turf.
        ValidationError: a field is wrong, or they have too many.
    """
    # Two at once wait for each other, so that the second is counted.
    User.objects.select_for_update().get(pk=by.pk)
    if ApiToken.objects.visible_to(by).usable(now).count() >= MOST_USABLE:
        raise ValidationError(
            _("Paling banyak %(most)d token berlaku bersamaan. Cabut yang tidak dipakai."),
            code="too_many",
            params={"most": MOST_USABLE},
        )
    require_reach(token.area, by=by)
    body = f"mpp_{secrets.token_hex(20)}"
    secret = f"{body}{_check_digits(body)}"
    token.user, token.created_at = by, now
    token.prefix, token.digest = secret[:_PREFIX_LENGTH], _digest(secret)
    save_checked(token, force_insert=True)
    return still_permitted(ApiToken.objects.visible_to(by), token), secret


def require_reach(area: Province | Regency | None, *, by: User) -> None:
    """Refuse a place of which `by` does not read every report.

    Raises:
        PermissionDenied: it is not on their turf.
    """
    if area is not None and not type(area)._default_manager.filter(_reached(area, by), pk=area.pk).exists():
        raise PermissionDenied


def _reached(area: Province | Regency, by: User) -> Q:
    turf = turf_of(by)
    if isinstance(area, Regency):
        return turf.reaches("")
    return Q() if turf.sees_nation else Q(pk__in=turf.read_provinces)


@transaction.atomic
def revoke(token: ApiToken, *, now: datetime, by: User) -> None:
    """End a token at once; one that has ended stays as it ended."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, revoked_by=by)


def token_of(secret: str, *, now: datetime) -> ApiToken | None:
    """Return the token whose secret this is, when it opens something now; its use is noted, once a minute at most.

    It is found by its hash: how long that takes says nothing about how much of a guess was right.
    """
    form = _FORM.fullmatch(secret)
    if form is None or not secrets.compare_digest(_check_digits(form[1]), form[2]):
        return None
    rows = ApiToken.objects.usable(now).select_related("user", "province", "regency")
    token = rows.filter(digest=_digest(secret)).first()
    if token is not None and (token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY):
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


def _digest(secret: str) -> str:
    # Without salt and stretching, which are for secrets that people think up: here there are 160 random bits.
    return sha256(secret.encode()).hexdigest()


def _check_digits(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
