"""What do all pages need to know about whoever is looking?"""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from regions.models import Notice, turf_of


def reader(request: HttpRequest) -> dict[str, Any]:
    """Offer templates the turf of whoever is signed in and how much they have not read; asked only where it is used."""
    return {
        "turf": SimpleLazyObject(lambda: turf_of(request.user)),
        "unread_count": SimpleLazyObject(lambda: Notice.objects.visible_to(request.user).unread().count()),
    }
