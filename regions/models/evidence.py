"""Which files prove an entry of the ledger, and who may see them?

Evidence is as final as its entry: once that is verified, triggers keep what the verifier saw, against raw SQL too.
"""

import uuid
from pathlib import PurePath
from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.models.about import AboutEntry, AboutEntryQuerySet
from regions.models.jurisdiction import Person, turf_of


class EvidenceKind(models.TextChoices):
    """The forms in which evidence is kept; a HEIC becomes a JPEG, which every browser shows."""

    PDF = "pdf", _("PDF")
    JPEG = "jpeg", _("JPEG")
    PNG = "png", _("PNG")
    WEBP = "webp", _("WebP")

    @property
    def extension(self) -> str:
        """Return how names of such files end, without the dot."""
        return "jpg" if self is EvidenceKind.JPEG else str(self.value)

    @property
    def content_type(self) -> str:
        """Return what such files are served as."""
        return "application/pdf" if self is EvidenceKind.PDF else f"image/{self.value}"


def evidence_storage() -> Storage:
    """Return where evidence is kept: outside everything that is served by address."""
    return storages["evidence"]


def random_name(evidence: "StoredFile", filename: str = "") -> str:
    """Return a name to store `evidence` under that owes nothing to whoever uploaded it."""
    return f"{uuid.uuid4().hex}.{EvidenceKind(evidence.kind).extension}"


class EvidenceQuerySet(AboutEntryQuerySet):
    """Questions about many pieces of evidence."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may download: evidence of the entries they may read, and nothing for visitors."""
        if turf_of(user).user_id is None:
            return self.none()
        return self.about(lambda ledger: ledger.objects.visible_to(user))


class StoredFile(models.Model):
    """A file as it was cleaned and stored, and who sent it."""

    file = models.FileField(_("berkas"), storage=evidence_storage, upload_to=random_name, editable=False)
    kind = models.CharField(_("jenis"), max_length=4, choices=EvidenceKind, editable=False)
    original_name = models.CharField(_("nama berkas"), max_length=150, editable=False)
    size = models.PositiveIntegerField(_("ukuran (bita)"), editable=False)
    sha256 = models.CharField(_("sidik SHA-256"), max_length=64, editable=False)
    keeps_location = models.BooleanField(_("memuat lokasi"), default=False, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("diunggah oleh"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    uploaded_at = models.DateTimeField(_("diunggah pada"), auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [
            one_of("kind", EvidenceKind.values, name="%(app_label)s_%(class)s_kind_known"),
            models.CheckConstraint(
                condition=Q(size__gt=0) & ~Q(original_name="") & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="%(app_label)s_%(class)s_is_described",
                violation_error_message=_("Bukti memerlukan nama, ukuran, dan sidiknya."),
            ),
            models.CheckConstraint(
                condition=Q(keeps_location=False) | ~Q(kind=EvidenceKind.PDF),
                name="%(app_label)s_%(class)s_location_of_images",
                violation_error_message=_("Hanya gambar yang memuat lokasi."),
            ),
            models.UniqueConstraint(
                fields=["file"],
                name="%(app_label)s_%(class)s_file_once",
                violation_error_message=_("Berkas itu sudah menjadi bukti."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name the file came with."""
        return self.original_name

    @property
    def content_type(self) -> str:
        """Return what the file is served as."""
        return EvidenceKind(self.kind).content_type

    @property
    def download_name(self) -> str:
        """Return the name to save the file under: the one it came with, ending as its content demands."""
        name, extension = PurePath(self.original_name), EvidenceKind(self.kind).extension
        known = {".pdf", ".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}
        stem = name.stem if name.suffix.lower() in known else name.name
        return f"{stem}.{extension}"


@tracked()
class Evidence(AboutEntry, StoredFile):
    """A file that proves one entry."""

    objects: ClassVar[EvidenceQuerySet] = EvidenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("bukti")
        verbose_name_plural = _("bukti")
        ordering = ["pk"]
        constraints = [*AboutEntry.Meta.constraints, *StoredFile.Meta.constraints]
        triggers = [
            pgtrigger.Trigger(
                name="keep_verified",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                # The lock makes a verification at the same moment wait, or this one wait for it and see it.
                func=(
                    "IF 'verified' IN (SELECT state FROM regions_milestone"
                    " WHERE id IN (OLD.milestone_id, NEW.milestone_id) FOR SHARE)"
                    " OR 'verified' IN (SELECT state FROM regions_operatingrecord"
                    " WHERE id IN (OLD.operating_record_id, NEW.operating_record_id) FOR SHARE)"
                    " OR 'verified' IN (SELECT state FROM regions_digitaladoption"
                    " WHERE id IN (OLD.digital_adoption_id, NEW.digital_adoption_id) FOR SHARE) THEN"
                    " RAISE EXCEPTION 'Entri yang sudah diverifikasi tidak dapat diubah atau dihapus.'"
                    " USING ERRCODE = 'restrict_violation';"
                    " END IF;"
                    " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="keep_all_verified",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func=(
                    "IF EXISTS (SELECT 1 FROM regions_evidence"
                    " LEFT JOIN regions_milestone ON regions_milestone.id = milestone_id"
                    " LEFT JOIN regions_operatingrecord ON regions_operatingrecord.id = operating_record_id"
                    " LEFT JOIN regions_digitaladoption ON regions_digitaladoption.id = digital_adoption_id"
                    " WHERE 'verified' IN (regions_milestone.state, regions_operatingrecord.state,"
                    " regions_digitaladoption.state)) THEN"
                    " RAISE EXCEPTION 'Entri yang sudah diverifikasi tidak dapat diubah atau dihapus.'"
                    " USING ERRCODE = 'restrict_violation';"
                    " END IF; RETURN NULL;"
                ),
            ),
        ]
