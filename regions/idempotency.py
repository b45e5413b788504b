"""How does a POST that a program sends twice, because it never heard the answer, have its effect once?

Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import json
import re
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from mpp_tracker.lib.api.formats import Json, TooLarge
from regions.models import ApiToken, KeptAnswer, turf_of
from regions.services.evidence import all_or_nothing

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)

Handler = Callable[..., Response]


class KeyUsedError(APIException):
    """The key belongs to another request."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY


def answered_once(handler: Handler) -> Handler:
    """Let a handler of a POST give whoever sends an `Idempotency-Key` again what they were answered the first time.

    The effect and the kept answer are one transaction: who is killed in between has done nothing, and who sends the
    same at the same time waits for the first. A refusal is not kept, for nothing was done. Without a key, or without
    an account, the handler is called as it is.
    """

    @wraps(handler)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None or not request.user.is_authenticated:
            return handler(view, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            raise ValidationError({HEADER: _("Kunci terdiri atas 1 sampai 255 huruf, angka, atau tanda ASCII.")})
        said = {"user": request.user, "key": key}
        fingerprint = _fingerprint(request)
        # Not a plain transaction: a handler may keep files, which have to go with the rows.
        with all_or_nothing():
            KeptAnswer.objects.stale(timezone.now()).filter(**said).delete()
            kept, is_new = KeptAnswer.objects.get_or_create(**said, defaults={"fingerprint": fingerprint})
            if not is_new:
                return _again(kept, fingerprint)
            response = handler(view, request, *args, **kwargs)
            if not 200 <= response.status_code < 300:
                transaction.set_rollback(True)
                return response
            kept.status, kept.body = response.status_code, Json().render(response.data).decode()
            kept.location = response.headers.get("Location", "")
            kept.save(update_fields=["status", "body", "location"])
        return response

    return answer


def _again(kept: KeptAnswer, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise KeyUsedError(_("Kunci ini sudah dipakai untuk permintaan lain. Pakai kunci baru."))
    headers = {"Idempotency-Replayed": "true"} | ({"Location": kept.location} if kept.location else {})
    return Response(json.loads(kept.body) if kept.body else None, status=kept.status, headers=headers)


def _fingerprint(request: Request) -> str:
    """Return what names a request: all of it that matters, the token it came with, and the rights of whoever asks.

    A kept answer says what was theirs to read: once their rights are others, it is not given again.
    """
    token = request.auth.pk if isinstance(request.auth, ApiToken) else 0
    # Before anything is read of it: afterwards its bytes are gone.
    try:
        body = request._request.body
    except RequestDataTooBig:
        raise TooLarge from None
    turf = turf_of(request.user)
    rights = [sorted(each) for each in (turf.roles, turf.regencies, turf.provinces)]
    said = [token, rights, request.method, request.get_full_path(), request.content_type, sha256(body).hexdigest()]
    return sha256(json.dumps(said).encode()).hexdigest()
