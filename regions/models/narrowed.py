"""What may stand for a person towards programs, in no more than one place if they wish?"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from regions.models.areas import Province, Regency
from regions.models.jurisdiction import narrow


class Narrowed(models.Model):
    """Something that acts for a person: with all of their rights, or with those of one province or regency."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("pemilik"),
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        editable=False,
    )
    name = models.CharField(
        _("nama"), max_length=80, help_text=_("Untuk apa, agar kelak dikenali. Misalnya: dasbor provinsi.")
    )
    province = models.ForeignKey(
        Province, verbose_name=_("provinsi"), on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(province__isnull=True) | Q(regency__isnull=True),
                name="%(app_label)s_%(class)s_one_place",
                violation_error_message=_("Pilih satu provinsi atau satu kabupaten/kota, tidak keduanya."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="%(app_label)s_%(class)s_is_named",
                violation_error_message=_("Beri nama."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def area(self) -> Province | Regency | None:
        """Return the one place it is for; None when it is for all that the person may."""
        return self.regency or self.province

    def holder(self) -> User:
        """Return the person with the rights that this leaves them; they are asked for anew each time."""
        user = self.user
        if self.area is not None:
            narrow(user, to=self.area.place)
        return user
