"""How does a file become evidence of an entry, whatever whoever sent it had in mind?

A file is what its content says, never what its name or its sender says. Of an image only the pixels are kept.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageFile, ImageOps
from pillow_heif import register_heif_opener

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.models import Evidence, EvidenceKind, LedgerEntry
from regions.models.evidence import StoredFile, evidence_storage, random_name

MAX_BYTES = 10 * 1024 * 1024
MAX_PER_ENTRY = 20
# What phones take; a PNG or WebP is a screen or a scan, and takes more memory: up to 400 MB at these sizes.
MAX_PIXELS = {"JPEG": 50_000_000, "HEIF": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
# Encoders write 10 or so. Each is decoded over the whole image: thousands fit in a small file and take an hour.
MAX_JPEG_SCANS = 100
LONGEST_SIDE = 3000
JPEG_QUALITY = 85

Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
# Embedded thumbnails may show something else than the image; nothing but the image is decoded.
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_PDF_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF[\s\0]*\Z")
_PDF_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PDF_ACTION = re.compile(rb"/(?:JavaScript|Launch)(?![A-Za-z0-9])")
# Those that a segment follows; not what escapes a byte of the picture, restarts it, or fills.
_JPEG_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_FORBIDDEN_IN_NAMES = frozenset('<>:"|?*')
_LOCATION_TAGS = (
    ExifTags.GPS.GPSLatitudeRef,
    ExifTags.GPS.GPSLatitude,
    ExifTags.GPS.GPSLongitudeRef,
    ExifTags.GPS.GPSLongitude,
    ExifTags.GPS.GPSAltitudeRef,
    ExifTags.GPS.GPSAltitude,
    ExifTags.GPS.GPSTimeStamp,
    ExifTags.GPS.GPSImgDirectionRef,
    ExifTags.GPS.GPSImgDirection,
    ExifTags.GPS.GPSDateStamp,
)

_stored: ContextVar[list[str] | None] = ContextVar("stored", default=None)


@dataclass(frozen=True)
class Cleaned:
    """A file that may be stored."""

    kind: EvidenceKind
    content: bytes
    keeps_location: bool = False


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Run a transaction that leaves neither rows nor evidence files behind when it fails.

    What has to succeed together with `attach` goes inside, in place of `transaction.atomic`. May be nested in
    itself.

    Raises:
        RuntimeError: another transaction is open, whose failure nobody would tell us.
    """
    outer = _stored.get()
    stored: list[str] = []
    token = _stored.set(stored)
    link = None
    try:
        with transaction.atomic(durable=outer is None):
            link = _link()
            yield
    except BaseException:
        # A connection that broke may have broken after the commit: rather a file that no row names than a row
        # whose file is gone.
        if _link() is link:
            for name in stored:
                evidence_storage().delete(name)
        raise
    finally:
        _stored.reset(token)
    if outer is not None:
        outer.extend(stored)


def attach(entry: LedgerEntry, *, upload: UploadedFile, by: User, keep_location: bool = False) -> Evidence:
    """Store an uploaded file as evidence of an entry that `by` reported and nobody has reviewed yet.

    Runs in a transaction of its own, or as part of `all_or_nothing`; inside a plain `transaction.atomic` it
    is refused as a RuntimeError.

    Args:
        entry: a draft or report that was saved.
        upload: the file as it came; its name and declared type decide nothing.
        by: who uploads it.
        keep_location: keep where an image was taken; everything else it tells about itself goes either way.

    Raises:
        ValidationError: the file is not one of those accepted, is broken or too large, the entry is somebody else's or
            was reviewed, or the file could not be stored.
    """
    cleaned = clean(upload, keep_location=keep_location)
    with all_or_nothing():
        evidence = Evidence()
        evidence.entry = _open_entry(entry, by=by)
        keep(evidence, cleaned, name=upload.name or "", by=by)
        return evidence


def keep(row: StoredFile, cleaned: Cleaned, *, name: str, by: User) -> None:
    """Store what is left of an uploaded file and save the row that stands for it, inside `all_or_nothing`.

    Args:
        row: unsaved, with what it belongs to.
        cleaned: what `clean` left of the upload.
        name: the upload's name as it came.
        by: who uploaded it.

    Raises:
        ValidationError: the file could not be stored, or the row is refused.
    """
    row.kind, row.keeps_location = cleaned.kind, cleaned.keeps_location
    row.original_name, row.size = clean_name(name), len(cleaned.content)
    row.sha256, row.uploaded_by = hashlib.sha256(cleaned.content).hexdigest(), by
    row.file.name = _store(random_name(row), cleaned.content)
    save_checked(row, force_insert=True)


@transaction.atomic
def detach(evidence: Evidence, *, by: User) -> None:
    """Take back a file sent by mistake, as long as nobody has reviewed its report.

    The file itself goes once that is certain; when the process dies before, `sweep` takes it.

    Raises:
        ValidationError: the report is somebody else's or was reviewed.
    """
    _own_open_entry(evidence.entry, by=by)
    name = str(evidence.file)
    evidence.delete()
    transaction.on_commit(lambda: evidence_storage().delete(name), robust=True)


def sweep(*, before: datetime) -> int:
    """Delete the files that no row names and that were stored before then; return how many.

    A process that dies between storing a file and committing its row leaves one. A younger file may belong to a
    transaction that is still open.
    """
    storage = evidence_storage()
    if not storage.exists(""):
        return 0
    _folders, names = storage.listdir("")
    known = {name for model in _keepers() for name in model._default_manager.values_list("file", flat=True)}
    orphans = [name for name in names if name not in known and storage.get_modified_time(name) < before]
    for name in orphans:
        storage.delete(name)
    return len(orphans)


def _keepers() -> list[type[StoredFile]]:
    """Return every model whose rows stand for files kept here."""
    return [model for model in apps.get_models() if issubclass(model, StoredFile)]


def clean(upload: UploadedFile, *, keep_location: bool = False) -> Cleaned:
    """Return what may be stored of an uploaded file: a PDF as it is, of an image its pixels.

    Raises:
        ValidationError: it is empty, too large, of no accepted kind, cut off, or carries a program.
    """
    content = _read(upload)
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return Cleaned(EvidenceKind.PDF, content)
    if content.startswith(b"\xff\xd8\xff"):
        return _clean_image(content, "JPEG", EvidenceKind.JPEG, keep_location=keep_location)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _clean_image(content, "PNG", EvidenceKind.PNG, keep_location=keep_location)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _clean_image(content, "WEBP", EvidenceKind.WEBP, keep_location=keep_location)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return _clean_image(content, "HEIF", EvidenceKind.JPEG, keep_location=keep_location)
    raise ValidationError(
        _("Jenis berkas ini tidak diterima. Kirim PDF, JPEG, PNG, WebP, atau HEIC."), code="unknown_kind"
    )


def clean_name(name: str) -> str:
    """Return a file's name without folders, invisible characters and those some systems refuse; never empty."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        letter
        for letter in last
        if letter not in _FORBIDDEN_IN_NAMES and (letter.isspace() or unicodedata.category(letter)[0] != "C")
    )
    length = Evidence._meta.get_field("original_name").max_length
    return " ".join(kept.split()).strip(" .")[:length].rstrip() or "bukti"


def _read(upload: UploadedFile) -> bytes:
    too_large = ValidationError(
        _("Berkas lebih besar dari %(limit)d MB."), code="too_large", params={"limit": MAX_BYTES // 1024**2}
    )
    if upload.size is not None and upload.size > MAX_BYTES:
        raise too_large
    upload.seek(0)
    content: bytes = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise too_large
    if not content:
        raise ValidationError(_("Berkas kosong."), code="empty")
    return content


def _check_pdf(content: bytes) -> None:
    """Refuse a PDF that does not end as one, or openly carries a program.

    A program inside a compressed part goes unseen: what protects the reader is how evidence is served.
    """
    end = _PDF_END.search(content[-1024:])
    if end is None or not 0 < int(end[1]) < len(content):
        raise ValidationError(_("PDF ini terpotong atau rusak; kirim ulang berkas lengkapnya."), code="broken")
    if _PDF_ACTION.search(_PDF_NAME_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), content)):
        raise ValidationError(
            _("PDF ini memuat program. Cetak ulang sebagai PDF biasa, lalu kirim hasilnya."), code="active_content"
        )


def _clean_image(content: bytes, decoder: str, kind: EvidenceKind, *, keep_location: bool) -> Cleaned:
    try:
        with Image.open(BytesIO(content), formats=[decoder]) as image:
            _check_effort(image, content, decoder)
            picture, location = _redraw(image, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(
            _("Gambar ini lebih besar dari %(limit)d megapiksel; perkecil dahulu."),
            code="too_many_pixels",
            params={"limit": MAX_PIXELS[decoder] // 1_000_000},
        ) from error
    except Exception as error:
        # Whatever decoders make of a hostile file, it is no evidence.
        raise ValidationError(
            _("Gambar ini terpotong atau rusak; kirim ulang berkas aslinya."), code="broken"
        ) from error
    kept = location if keep_location else b""
    encoded = BytesIO()
    picture.save(encoded, kind.value, quality=JPEG_QUALITY, exif=kept)
    return Cleaned(kind, encoded.getvalue(), keeps_location=bool(kept))


def _check_effort(image: Image.Image, content: bytes, decoder: str) -> None:
    """Refuse by its headers alone an image that would take too long or too much memory to decode.

    Raises:
        DecompressionBombError: it has too many pixels.
        ValueError: it is a JPEG of too many scans.
    """
    if image.width * image.height > MAX_PIXELS[decoder]:
        raise Image.DecompressionBombError
    if decoder == "JPEG" and _scan_count(content) > MAX_JPEG_SCANS:
        raise ValueError


def _scan_count(jpeg: bytes) -> int:
    """Return how often a JPEG goes over its picture."""
    at, scans = 2, 0
    while found := _JPEG_MARKER.search(jpeg, at):
        marker = found[0][1]
        if marker == _END_OF_IMAGE:
            break
        scans += marker == _START_OF_SCAN
        at = found.end() + int.from_bytes(jpeg[found.end() : found.end() + 2], "big")
    return scans


def _redraw(image: ImageFile.ImageFile, kind: EvidenceKind) -> tuple[Image.Image, bytes]:
    """Return the first frame upright and no larger than needed, with nothing but pixels, and where it was taken."""
    # A large JPEG is decoded at half the size or less where that is enough.
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    orientation, location = _told_by(image)
    picture = _in_colour(image, transparent=kind is not EvidenceKind.JPEG)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture = picture.copy()
    picture.info = {}
    picture.getexif()[ExifTags.Base.Orientation] = orientation
    picture = ImageOps.exif_transpose(picture)
    picture.info = {}
    return picture, location


def _told_by(image: Image.Image) -> tuple[int, bytes]:
    """Return the EXIF orientation, and EXIF that holds the location alone, empty when there is none.

    What cannot be read counts as not there: cameras write broken EXIF to good pictures.
    """
    try:
        exif = image.getexif()
        orientation = exif.get(ExifTags.Base.Orientation, 1)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        location = Image.Exif()
        location[ExifTags.IFD.GPSInfo] = {tag: gps[tag] for tag in _LOCATION_TAGS if tag in gps}
        has_place = ExifTags.GPS.GPSLatitude in gps and ExifTags.GPS.GPSLongitude in gps
        return int(orientation), location.tobytes() if has_place else b""
    except Exception:
        return 1, b""


def _in_colour(image: Image.Image, *, transparent: bool) -> Image.Image:
    """Return the image in RGB, or RGBA where it has transparency that may stay."""
    if image.mode.startswith("I;16"):
        # Pillow would cut off what is brighter than 255 of the 65,535 greys.
        image = image.point(lambda grey: grey / 256).convert("L")
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    image = image if image.mode == "RGBA" else image.convert("RGBA")
    if transparent:
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _link() -> object:
    """Return the connection to the database itself; Django may have replaced one that broke."""
    return connection.connection


def _open_entry(entry: LedgerEntry, *, by: User) -> LedgerEntry:
    """Return the row behind `entry`, locked against a review, when `by` may still prove it."""
    row = _own_open_entry(entry, by=by)
    if Evidence.objects.for_entry(row).count() >= MAX_PER_ENTRY:
        raise ValidationError(
            _("Satu laporan memuat paling banyak %(limit)d bukti."), code="too_many", params={"limit": MAX_PER_ENTRY}
        )
    return row


def _own_open_entry(entry: LedgerEntry, *, by: User) -> LedgerEntry:
    """Return the row behind `entry`, locked against a review, when it is a report of `by` that waits."""
    row: LedgerEntry = type(entry)._default_manager.select_for_update(of=("self",)).get(pk=entry.pk)
    if row.takes_evidence_of(by):
        return row
    if row.reported_by_id != by.pk:
        raise ValidationError(_("Bukti hanya dapat diubah pada laporan sendiri."), code="not_yours")
    raise ValidationError(_("Bukti laporan yang sudah diperiksa tidak dapat diubah."), code="reviewed")


def _store(name: str, content: bytes) -> str:
    """Write a file that goes again when the surrounding `all_or_nothing` fails; return the name it got."""
    stored = _stored.get()
    if stored is None:
        raise RuntimeError("Evidence is stored inside all_or_nothing() only.")
    # Noted first: a write that fails halfway, as on a full disk, leaves half a file.
    stored.append(name)
    try:
        return evidence_storage().save(name, ContentFile(content))
    except OSError as error:
        raise ValidationError(
            _("Berkas tidak dapat disimpan saat ini. Coba lagi beberapa saat lagi."), code="not_stored"
        ) from error
