"""When did an officer last say that what is recorded of a site is still right?"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.history import tracked
from regions.models.sites import Site


@tracked()
class Confirmation(models.Model):
    """One tap on "Masih benar": nothing changed, somebody looked."""

    site = models.ForeignKey(Site, verbose_name=_("MPP"), on_delete=models.PROTECT, related_name="confirmations")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("dikonfirmasi oleh"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("dikonfirmasi pada"), default=timezone.now)

    class Meta:
        verbose_name = _("konfirmasi")
        verbose_name_plural = _("konfirmasi")
        ordering = ["-confirmed_at", "-pk"]

    def __str__(self) -> str:
        """Return site and day."""
        return f"{self.site} {self.confirmed_at:%Y-%m-%d}"
