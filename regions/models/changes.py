"""Which provinces have figures that no longer agree with the ledger?"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from regions.models.areas import Province


class DirtyProvince(models.Model):
    """A note, left in the transaction of a change, that a province's figures are stale from `since` on.

    Several notes may wait for one province: adding one must never wait for a recompute that holds another.
    """

    province = models.ForeignKey(Province, verbose_name=_("provinsi"), on_delete=models.CASCADE)
    since = models.DateField(_("sejak"))
    marked_at = models.DateTimeField(_("dicatat pada"), auto_now_add=True)

    class Meta:
        verbose_name = _("provinsi menunggu hitung ulang")
        verbose_name_plural = _("provinsi menunggu hitung ulang")
        ordering = ["pk"]

    def __str__(self) -> str:
        """Return province and day."""
        return f"{self.province_id} ≥ {self.since}"
