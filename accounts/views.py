"""Which of allauth's pages are closed here?"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _


def address(request: HttpRequest) -> HttpResponse:
    """Close the page on which people change their own address: it says whose account it is, and no mail proves it.

    Raises:
        Http404: always.
    """
    raise Http404(_("Alamat surel akun diubah oleh pengelola di Kementerian PANRB."))
