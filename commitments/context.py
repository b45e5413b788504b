"""What do all pages need to know about whoever speaks for an institution?"""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from commitments.models import institutions_of


def speaker(request: HttpRequest) -> dict[str, Any]:
    """Offer templates the institutions that whoever is signed in speaks for; asked only where it is used."""
    return {"own_institutions": SimpleLazyObject(lambda: institutions_of(request.user))}
