"""Which pages show a person the addresses that are told what happens?"""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from regions.models import Webhook
from regions.services.webhooks import make_webhook, renew_secret, send_test, switch
from regions.token_forms import WebhookForm

DELIVERIES_PER_PAGE = 50


@require_safe
@login_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """Show a person's webhooks."""
    own = Webhook.objects.visible_to(request.user).select_related("province", "regency")
    return render(request, "regions/webhooks.html", {"webhooks": own})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Make a webhook and show its secret, this once."""
    user = cast("User", request.user)
    form = WebhookForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        try:
            webhook = make_webhook(form.instance, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(request, "regions/webhook_secret.html", {"webhook": webhook})
    return render(request, "regions/webhook_form.html", {"form": form})


@require_safe
@login_required
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a webhook and what was sent to it."""
    rows = Webhook.objects.visible_to(request.user).select_related("province", "regency")
    found = get_object_or_404(rows, pk=pk)
    sent = Paginator(found.deliveries.select_related("event"), DELIVERIES_PER_PAGE)
    context = {"webhook": found, "page": sent.get_page(request.GET.get("halaman"))}
    return render(request, "regions/webhook.html", context)


@require_POST
@login_required
def switch_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a webhook on or off."""
    found = _own(request, pk)
    switch(found, on=not found.is_enabled, now=timezone.now(), by=cast("User", request.user))
    return redirect(found)


@require_POST
@login_required
def test_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a test."""
    found = _own(request, pk)
    try:
        send_test(found, by=cast("User", request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Uji coba dikirim. Muat ulang halaman ini untuk melihat hasilnya."))
    return redirect(found)


@require_POST
@login_required
@never_cache
def renew_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a webhook a new secret and show it, this once."""
    renewed = renew_secret(_own(request, pk), by=cast("User", request.user))
    return render(request, "regions/webhook_secret.html", {"webhook": renewed})


def _own(request: HttpRequest, pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.editable_by(request.user), pk=pk)
