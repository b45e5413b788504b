"""How does evidence reach those who may see its entry, and nobody else?"""

import logging
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from regions.models import Evidence
from regions.models.evidence import StoredFile
from regions.services.evidence import detach

logger = logging.getLogger(__name__)


@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """Send one file to be saved, never to be shown by the browser as part of this site.

    Who may not see it learns nothing, not even that it exists.
    """
    return as_download(get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk))


def as_download(kept: StoredFile) -> FileResponse:
    """Return the answer that sends a kept file to be saved.

    Raises:
        Http404: it is gone from where it was kept.
    """
    try:
        content = kept.file.storage.open(str(kept.file))
    except FileNotFoundError as error:
        logger.exception("The file of %s %d is gone.", kept._meta.model_name, kept.pk)
        raise Http404 from error
    return FileResponse(
        content,
        as_attachment=True,
        filename=kept.download_name,
        content_type=kept.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )


@require_POST
@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a file that was sent by mistake, as long as nobody has reviewed its report."""
    user = cast("User", request.user)
    evidence = get_object_or_404(Evidence.objects.visible_to(user), pk=pk)
    entry = evidence.entry
    try:
        detach(evidence, by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Berkas %(name)s ditarik.") % {"name": evidence})
    return redirect(entry)
