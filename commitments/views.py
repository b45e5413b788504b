"""Which page answers whoever reports on an institution's presence?"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from commitments.models import Presence


@require_safe
@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report of a presence with its number and what became of it."""
    said = Presence.objects.visible_to(request.user)
    rows = said.select_related("site__regency", "institution", "agreement", "reported_by", "reviewed_by", "supersedes")
    return render(request, "commitments/receipt.html", {"entry": get_object_or_404(rows, pk=pk)})
