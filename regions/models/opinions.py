"""What does the province say about a report before the ministry decides?"""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.choices import Tone, Verdict
from regions.models.about import SUBJECTS, AboutEntry, AboutEntryQuerySet
from regions.models.jurisdiction import Person


class OpinionQuerySet(AboutEntryQuerySet):
    """Questions about many opinions."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: opinions on reports of which they learn who said what."""
        return self.about(lambda ledger: ledger.objects.known_to(user))


@tracked()
class Opinion(AboutEntry):
    """A province's endorsement or question, one a person and report; the latest word counts."""

    verdict = models.CharField(_("pendapat"), max_length=10, choices=Verdict, editable=False)
    note = models.TextField(_("catatan"), blank=True, editable=False)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("diberikan oleh"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    given_at = models.DateTimeField(_("diberikan pada"), default=timezone.now, editable=False)

    objects: ClassVar[OpinionQuerySet] = OpinionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("pendapat provinsi")
        verbose_name_plural = _("pendapat provinsi")
        ordering = ["given_at", "pk"]
        constraints = [
            *AboutEntry.Meta.constraints,
            one_of("verdict", Verdict.values, name="regions_opinion_verdict_known"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.ENDORSED) | ~Q(note=""),
                name="regions_opinion_question_is_put",
                violation_error_message=_("Sebutkan apa yang dipertanyakan."),
            ),
            *(
                models.UniqueConstraint(
                    fields=[field, "given_by"],
                    name=f"regions_opinion_once_a_{field}",
                    violation_error_message=_("Anda sudah berpendapat tentang laporan ini."),
                )
                for field in SUBJECTS
            ),
        ]

    def __str__(self) -> str:
        """Return verdict and author."""
        return f"{self.get_verdict_display()}: {self.given_by}"

    @property
    def tone(self) -> Tone:
        """Return how the verdict is shown."""
        return Verdict(self.verdict).tone
