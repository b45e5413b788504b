"""Which pages show a person their API tokens?"""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from regions.models import ApiToken
from regions.services.tokens import make_token, revoke
from regions.token_forms import TokenForm


@require_safe
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """Show a person's tokens, latest first; of none the secret."""
    own = ApiToken.objects.visible_to(request.user).select_related("province", "regency")
    return render(request, "regions/tokens.html", {"tokens": own})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
@never_cache
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show its secret, this once; a session left open alone is not enough."""
    user = cast("User", request.user)
    form = TokenForm(request.POST or None, by=user)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            token, secret = make_token(form.token(now=now), now=now, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return render(request, "regions/token_made.html", {"token": token, "secret": secret})
    return render(request, "regions/token_form.html", {"form": form})


@require_POST
@login_required
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    revoke(token, now=timezone.now(), by=cast("User", request.user))
    messages.success(request, _("Token “%(name)s” dicabut; sejak sekarang tidak membuka apa pun.") % {"name": token})
    return redirect("regions:tokens")
