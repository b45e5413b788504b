"""How does evidence reach those who may see its entry, and nobody else?"""

import logging

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from regions.models import Evidence

logger = logging.getLogger(__name__)


@require_safe
def download(request: HttpRequest, pk: int) -> FileResponse:
    """Send one file to be saved, never to be shown by the browser as part of this site.

    Who may not see it learns nothing, not even that it exists.
    """
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    try:
        content = evidence.file.storage.open(str(evidence.file))
    except FileNotFoundError as error:
        logger.exception("The file of evidence %d is gone.", pk)
        raise Http404 from error
    return FileResponse(
        content,
        as_attachment=True,
        filename=evidence.download_name,
        content_type=evidence.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        },
    )
