"""How is it noted who came to the door, and how that went?"""

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.choices import Method, Outcome
from accounts.models import SignInRecord, User


def note_sign_in(
    request: HttpRequest,
    outcome: Outcome,
    *,
    user: User | AnonymousUser | None = None,
    email: str = "",
    method: Method | None = None,
) -> SignInRecord:
    """Keep what happened at the door.

    Args:
        request: whose address is the one the throttles count, never one that the client made up.
        outcome: how it ended.
        user: whose account it is, where that was proved.
        email: what was typed, where nothing was proved.
        method: the first proof; when not said, the one that `user` brought in this session.
    """
    known = user if isinstance(user, User) else None
    brought = {record["method"]: record for record in get_authentication_records(request, known)}
    first = method or next((one for one in reversed(brought) if one in Method.values), "")
    return SignInRecord.objects.create(
        user=known,
        email=(known.email if known else email.lower())[: SignInRecord._meta.get_field("email").max_length],
        outcome=outcome,
        method=first,
        second_factor=brought.get("mfa", {}).get("type", ""),
        address=get_adapter(request).get_client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[: SignInRecord._meta.get_field("user_agent").max_length],
    )
