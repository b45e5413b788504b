"""How often may the API be asked?"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from accounts.models import AskCount
from mpp_tracker.lib.limits import asker

_SECONDS = {"s": 1, "min": 60, "h": 3600}


class ApiThrottle(BaseThrottle):
    """Count what an account asks, or an address without one: 429 with `Retry-After` beyond `API_RATES`.

    In one statement, which two at once cannot get past, and without a list of all that was asked; in the database, as
    the throttles of the sign-in. Twice the rate is possible where one minute meets the next.
    """

    def allow_request(self, request: Any, view: Any) -> bool:
        """Return whether the request may go on, and count it."""
        rate: str = settings.API_RATES["account" if request.user.is_authenticated else "visitor"]
        most, _slash, unit = rate.partition("/")
        seconds = _SECONDS[unit]
        now = timezone.now().timestamp()
        began = now - now % seconds
        self._wait = began + seconds - now
        return AskCount.objects.count_one(asker(request), began_at=_moment(began)) <= int(most)

    def wait(self) -> float:
        """Return in how many seconds the request may be tried again."""
        return self._wait


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone())
