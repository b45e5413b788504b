"""What do all pages need to know about whoever is looking?"""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from regions.models import turf_of


def turf(request: HttpRequest) -> dict[str, Any]:
    """Offer templates the turf of whoever is signed in; it is asked for only where it is used."""
    return {"turf": SimpleLazyObject(lambda: turf_of(request.user))}
