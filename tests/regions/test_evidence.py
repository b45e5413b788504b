"""Does only honest, complete, cleaned evidence get in, stay as it was seen, and reach only those who may see it?"""

import io
import re
import resource
import stat
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageFile, PngImagePlugin

from accounts.models import User
from mpp_tracker import urls as project
from regions.choices import Role
from regions.evidence_views import download
from regions.models import (
    Assignment,
    DigitalAdoption,
    Evidence,
    EvidenceKind,
    Milestone,
    OperatingRecord,
    Province,
    Regency,
    Site,
)
from regions.models.evidence import evidence_storage
from regions.services import evidence as service
from regions.services.assignments import grant
from regions.services.evidence import all_or_nothing, attach, clean, clean_name
from regions.services.ledger import report, send_back, verify

pytestmark = pytest.mark.django_db

urlpatterns = [*project.urlpatterns, path("uji/bukti/<int:pk>", download, name="test-evidence")]
handler404 = project.handler404

# --- Files as cameras, scanners and attackers make them ---------------------------------------------------


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """A picture that is dark on the left, bright on the right, and does not compress to nothing."""
    ramp = Image.linear_gradient("L").rotate(90).resize(size)
    return Image.merge("RGB", (ramp, ramp, Image.effect_noise(size, 40))).convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def camera_exif(orientation: int = 1) -> bytes:
    """What a phone writes: who, with what, and where."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Kamera"
    exif[ExifTags.Base.Artist] = "Bu Sari"
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "S",
        ExifTags.GPS.GPSLatitude: (7.0, 52.0, 3.0),
        ExifTags.GPS.GPSLongitudeRef: "E",
        ExifTags.GPS.GPSLongitude: (111.0, 27.0, 36.0),
        ExifTags.GPS.GPSProcessingMethod: b"ASCII\0\0\0rumah Bu Sari",
    }
    return exif.tobytes()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def heic_announcing(side: int) -> bytes:
    """A HEIC of 128 x 128 pixels whose header says otherwise."""
    announced = b"ispe" + struct.pack(">III", 0, side, side)
    return re.sub(rb"ispe\0{4}.{8}", announced, encoded(picture((128, 128)), "HEIF"), flags=re.DOTALL)


def pdf(body: bytes = b"<< /Type /Catalog /Pages 2 0 R >>", before: bytes = b"") -> bytes:
    start = b"%PDF-1.7\n" + before + b"1 0 obj\n" + body + b"\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] >>\nendobj\n"
    start += b"3 0 obj\n<< /Length 4000 >>\nstream\n" + b"0 0 m 9 9 l S\n" * 300 + b"endstream\nendobj\n"
    return start + b"xref\n0 1\n0000000000 65535 f \ntrailer << /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(start)


def linearised_pdf() -> bytes:
    """A PDF made to be shown while it loads, which looks near its beginning as if it ended there."""
    return pdf(before=b"xref\n0 0\ntrailer << >>\nstartxref\n0\n%%EOF\n")


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bukti.pdf", bytes(20_000_000))
    return out.getvalue()


def animation(kind: str) -> bytes:
    """Ten thousand frames, of which the first is like the picture."""
    frames = [Image.new("RGB", (8, 8), (number % 251, number % 241, 9)) for number in range(10_000)]
    first = picture((8, 8))
    return encoded(first, kind, save_all=True, append_images=frames, duration=20, lossless=True)


def upload(content: bytes, name: str = "bukti.bin", content_type: str = "application/octet-stream") -> UploadedFile:
    return SimpleUploadedFile(name, content, content_type)


FILES: dict[str, Callable[[], bytes]] = {
    "pdf": pdf,
    "linearised pdf": linearised_pdf,
    "jpeg": lambda: encoded(picture(), "JPEG"),
    "progressive jpeg": lambda: encoded(picture(), "JPEG", progressive=True),
    "cmyk jpeg": lambda: encoded(picture(mode="CMYK"), "JPEG"),
    "png": lambda: encoded(picture(), "PNG"),
    "webp": lambda: encoded(picture(), "WEBP"),
    "lossless webp": lambda: encoded(picture(), "WEBP", lossless=True),
    "heic": lambda: encoded(picture(), "HEIF"),
}
KINDS = {"pdf": "pdf", "heic": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp"}


@pytest.fixture
def entry(site: Site, reported: Callable[..., Milestone]) -> Milestone:
    return reported(site)


@pytest.fixture
def attached(entry: Milestone, officer: User) -> Evidence:
    return attach(entry, upload=upload(FILES["jpeg"](), "foto.jpg"), by=officer)


def on_disk() -> set[str]:
    root = Path(settings.EVIDENCE_ROOT)
    return {str(file.relative_to(root)) for file in root.rglob("*")} if root.exists() else set()


def kept(evidence: Evidence) -> Image.Image:
    with evidence.file.open() as file:
        image = Image.open(io.BytesIO(file.read()))
    image.load()
    return image


# --- What is accepted -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_the_accepted_kinds_are_recognised_by_content_whatever_their_name(
    name: str, entry: Milestone, officer: User
) -> None:
    content = FILES[name]()

    evidence = attach(entry, upload=upload(content, "virus.exe", "text/html"), by=officer)

    stored = Path(evidence.file.path).read_bytes()
    assert evidence.kind == KINDS[name.split()[-1]]
    assert clean(upload(stored)).kind == evidence.kind
    assert (evidence.size, evidence.sha256) == (len(stored), sha256(stored).hexdigest())
    assert evidence.uploaded_by == officer
    assert evidence.entry == entry
    assert list(Evidence.objects.for_entry(entry)) == [evidence]


def test_a_pdf_is_stored_as_it_came(entry: Milestone, officer: User) -> None:
    evidence = attach(entry, upload=upload(pdf()), by=officer, keep_location=True)

    assert Path(evidence.file.path).read_bytes() == pdf()
    assert evidence.keeps_location is False


@pytest.mark.parametrize(
    "name", ["foto.php.jpg", "../../etc/passwd.jpg", "..\\..\\foto.jpg", "bukti.jpg.exe", "\x00.jpg"]
)
def test_files_are_stored_under_random_names_that_owe_nothing_to_the_uploader(
    name: str, entry: Milestone, officer: User
) -> None:
    file = upload(FILES["jpeg"]())
    file._name = name  # as a parser other than Django's might hand it over

    first, second = attach(entry, upload=file, by=officer), attach(entry, upload=file, by=officer)

    assert first.file.name != second.file.name
    for evidence in (first, second):
        stem, _, ending = evidence.file.name.partition(".")
        assert len(stem) == 32
        assert int(stem, 16)
        assert ending == "jpg"


def test_files_lie_outside_everything_that_is_served_and_are_the_products_own(attached: Evidence) -> None:
    file = Path(attached.file.path)

    assert file.is_relative_to(settings.EVIDENCE_ROOT)
    assert not any(file.is_relative_to(place) for place in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS))
    assert settings.MEDIA_ROOT == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "cleaned", "saved_as"),
    [
        ("IMG 0001.HEIC", "IMG 0001.HEIC", "IMG 0001.jpg"),
        ("foto.jpeg", "foto.jpeg", "foto.jpg"),
        ("SK No. 12", "SK No. 12", "SK No. 12.jpg"),
        ("halaman.html", "halaman.html", "halaman.html.jpg"),
        ("C:\\Users\\sari\\foto.jpg", "foto.jpg", "foto.jpg"),
        ("../../../etc/cron.d/x", "x", "x.jpg"),
        ("foto\u202egpj.exe", "fotogpj.exe", "fotogpj.exe.jpg"),
        ('a"b<c>|d?*:e\r\nX-Evil: 1.jpg', "abcde X-Evil 1.jpg", "abcde X-Evil 1.jpg"),
        ("", "bukti", "bukti.jpg"),
        (" .. ", "bukti", "bukti.jpg"),
        ("サイト.png", "サイト.png", "サイト.jpg"),
        ("x" * 400 + ".jpg", "x" * 150, "x" * 150 + ".jpg"),
    ],
)
def test_names_are_cleaned_and_end_as_the_content_demands(name: str, cleaned: str, saved_as: str) -> None:
    assert clean_name(name) == cleaned
    assert Evidence(kind=EvidenceKind.JPEG, original_name=cleaned).download_name == saved_as


@pytest.mark.parametrize("ledger", [Milestone, OperatingRecord, DigitalAdoption])
def test_every_ledger_takes_evidence(ledger: type, site: Site, officer: User) -> None:
    statements = {
        Milestone: {"site": site, "stage": "building", "reached_on": date(2026, 3, 1)},
        OperatingRecord: {"site": site, "status": "operating", "since": date(2026, 3, 1)},
        DigitalAdoption: {"regency": site.regency, "status": "pilot", "since": date(2026, 3, 1)},
    }
    entry = report(ledger(**statements[ledger]), by=officer)

    evidence = attach(entry, upload=upload(pdf()), by=officer)

    assert Evidence.objects.get(pk=evidence.pk).entry == entry
    assert list(Evidence.objects.visible_to(officer)) == list(Evidence.objects.for_entry(entry)) == [evidence]
    assert list(entry.evidence.all()) == [evidence]


# --- What is kept of an image -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_an_image_keeps_nothing_but_its_pixels(kind: str, entry: Milestone, officer: User) -> None:
    notes: dict[str, Any] = {
        "exif": camera_exif(),
        "xmp": b"<x:xmpmeta>-7.8,111.4</x:xmpmeta>",
        "icc_profile": b"P" * 128,
    }
    if kind == "JPEG":
        notes["comment"] = b"Bu Sari"
    if kind == "PNG":
        notes["pnginfo"] = PngImagePlugin.PngInfo()
        notes["pnginfo"].add_text("Author", "Bu Sari")
    if kind == "HEIF":
        del notes["icc_profile"]

    evidence = attach(entry, upload=upload(encoded(picture(), kind, **notes)), by=officer)

    assert evidence.keeps_location is False
    assert kept(evidence).getexif() == {}
    stored = Path(evidence.file.path).read_bytes()
    assert not [word for word in (b"Exif", b"eXIf", b"EXIF", b"xmp", b"Kamera", b"Sari", b"PPPP") if word in stored]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_an_officer_may_keep_where_an_image_was_taken_and_only_that(kind: str, entry: Milestone, officer: User) -> None:
    content = encoded(picture(), kind, exif=camera_exif())

    evidence = attach(entry, upload=upload(content), by=officer, keep_location=True)

    assert evidence.keeps_location is True
    exif = kept(evidence).getexif()
    assert set(exif) == {ExifTags.IFD.GPSInfo}
    assert exif.get_ifd(ExifTags.IFD.GPSInfo) == {1: "S", 2: (7.0, 52.0, 3.0), 3: "E", 4: (111.0, 27.0, 36.0)}
    assert b"Sari" not in Path(evidence.file.path).read_bytes()


def test_an_image_without_a_location_has_none_to_keep(entry: Milestone, officer: User) -> None:
    evidence = attach(entry, upload=upload(FILES["jpeg"]()), by=officer, keep_location=True)

    assert evidence.keeps_location is False


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_images_are_stored_upright(kind: str, orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = picture()
    as_held = upright.transpose(turns[orientation]) if orientation in turns else upright

    cleaned = clean(upload(encoded(as_held, kind, exif=camera_exif(orientation))))

    seen = Image.open(io.BytesIO(cleaned.content)).convert("L")
    assert seen.size == upright.size
    assert seen.getpixel((4, 24)) < 100 < seen.getpixel((59, 24))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize(
    "broken", [b"", b"MM", b"II*\0\xff\xff\xff\x7f" + b"\xff" * 40, b"II*\0\x08\0\0\0" + b"\xff" * 40, b"\xff" * 40]
)
def test_a_photo_with_broken_exif_is_still_a_photo(broken: bytes) -> None:
    content = encoded(picture(), "JPEG", exif=b"Exif\0\0" + broken)

    assert clean(upload(content), keep_location=True).keeps_location is False


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_large_image_is_made_smaller(kind: str) -> None:
    cleaned = clean(upload(encoded(Image.linear_gradient("L").resize((4000, 2000)).convert("RGB"), kind)))

    assert Image.open(io.BytesIO(cleaned.content)).size == (3000, 1500)


def test_sixteen_bit_greys_stay_grey() -> None:
    cleaned = clean(upload(encoded(Image.new("I;16", (8, 8), 0x8000), "PNG")))

    assert Image.open(io.BytesIO(cleaned.content)).getpixel((0, 0)) == (128, 128, 128)


def test_transparency_stays_where_it_can_and_is_white_where_it_cannot() -> None:
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))

    as_png, as_heic = (clean(upload(encoded(clear, kind))).content for kind in ("PNG", "HEIF"))

    assert Image.open(io.BytesIO(as_png)).getpixel((9, 9))[3] == 0
    assert min(Image.open(io.BytesIO(as_heic)).getpixel((9, 9))) > 250


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_ten_thousand_frames_the_first_is_kept(kind: str) -> None:
    cleaned = clean(upload(animation(kind)))

    still = Image.open(io.BytesIO(cleaned.content))
    assert getattr(still, "n_frames", 1) == 1
    assert still.convert("RGB").getpixel((7, 4))[0] > 150


# --- What is refused --------------------------------------------------------------------------------------

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "an SVG": (lambda: SVG, "unknown_kind"),
    "an SVG with a byte order mark": (lambda: b"\xef\xbb\xbf" + SVG, "unknown_kind"),
    "HTML": (lambda: b"<!DOCTYPE html><script>alert(1)</script>", "unknown_kind"),
    "PHP": (lambda: b"<?php system($_GET['c']); ?>", "unknown_kind"),
    "an executable": (lambda: b"MZ" + bytes(200), "unknown_kind"),
    "a GIF": (lambda: encoded(picture(), "GIF"), "unknown_kind"),
    "a GIF that is JavaScript": (lambda: b"GIF89a=1;alert(1)//" + bytes(100), "unknown_kind"),
    "a TIFF": (lambda: encoded(picture(), "TIFF"), "unknown_kind"),
    "a BMP": (lambda: encoded(picture(), "BMP"), "unknown_kind"),
    "an AVIF": (lambda: encoded(picture(), "AVIF"), "unknown_kind"),
    "a PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "unknown_kind"),
    "a zip bomb": (zip_bomb, "unknown_kind"),
    "HTML before a PDF": (lambda: b"<html>" + pdf(), "unknown_kind"),
    "nothing": (lambda: b"", "empty"),
    "spaces": (lambda: b" " * 100, "unknown_kind"),
    "a JPEG's first bytes": (lambda: b"\xff\xd8\xff", "broken"),
    "HTML behind a JPEG's first bytes": (lambda: b"\xff\xd8\xff\xe0<html><script>alert(1)</script>", "broken"),
    "HTML behind a PNG's first bytes": (lambda: b"\x89PNG\r\n\x1a\n<html></html>", "broken"),
    "HTML behind a WebP's first bytes": (lambda: b"RIFF\0\0\0\0WEBP<html></html>", "broken"),
    "HTML behind a HEIC's first bytes": (lambda: b"\0\0\0\x18ftypheic<html></html>", "broken"),
    "HTML behind a PDF's first bytes": (lambda: b"%PDF-1.7\n<html></html>", "broken"),
    "a PNG of 50,000 x 50,000": (lambda: png(50_000, 50_000, chunk(b"IDAT", b"x")), "too_many_pixels"),
    "a PNG of 6,000 x 6,000": (lambda: png(6_000, 6_000, chunk(b"IDAT", b"x")), "too_many_pixels"),
    "a PNG of 10,000 x 8,000": (lambda: png(10_000, 8_000, chunk(b"IDAT", b"x")), "too_many_pixels"),
    "a PNG without pixels": (lambda: png(0, 0, chunk(b"IDAT", b"x")), "broken"),
    "a PNG with a text of 100 MB": (
        lambda: png(9, 9, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000))), chunk(b"IDAT", b"x")),
        "broken",
    ),
    "a WebP of 16,383 x 16,383": (
        lambda: b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xfe\x3f\0\xfe\x3f\0",
        "too_many_pixels",
    ),
    "a JPEG of 65,500 x 65,500": (
        lambda: FILES["jpeg"]().replace(struct.pack(">HH", 48, 64), struct.pack(">HH", 65_500, 65_500), 1),
        "too_many_pixels",
    ),
    "a HEIC of 50,000 x 50,000": (lambda: heic_announcing(50_000), "too_many_pixels"),
    "a HEIC of more pixels than it announces": (lambda: heic_announcing(9), "broken"),
    "a PDF with JavaScript": (lambda: pdf(b"<< /OpenAction << /S /JavaScript /JS (x) >> >>"), "active_content"),
    "a PDF with JavaScript in disguise": (lambda: pdf(b"<< /S /J#61va#53cript /JS (x) >>"), "active_content"),
    "a PDF that starts a program": (lambda: pdf(b"<< /S/Launch/F(cmd.exe) >>"), "active_content"),
    "a PDF with a zip behind it": (lambda: pdf() + zip_bomb(), "broken"),
    "a PDF with a page behind it": (lambda: pdf() + b"<html></html>", "broken"),
    "a PDF whose table lies elsewhere": (lambda: pdf()[:-20] + b"startxref\n99999999\n%%EOF", "broken"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_else_gets_in(what: str, entry: Milestone, officer: User) -> None:
    make, code = REFUSED[what]
    before = on_disk()

    with pytest.raises(ValidationError) as refusal:
        attach(entry, upload=upload(make(), "foto.jpg", "image/jpeg"), by=officer)

    assert refusal.value.code == code
    assert "%" not in refusal.value.messages[0]
    assert not Evidence.objects.exists()
    assert on_disk() == before


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_off_is_refused(name: str, part: float) -> None:
    content = FILES[name]()

    with pytest.raises(ValidationError) as refusal:
        clean(upload(content[: int(len(content) * part)]))

    assert refusal.value.code == "broken"


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: pytest.fail("decoded"))

    with pytest.raises(ValidationError, match="megapiksel"):
        clean(upload(encoded(Image.new("1", (6_000, 6_000)), "PNG")))


def test_a_jpeg_that_goes_over_its_picture_thousands_of_times_is_refused_unread() -> None:
    content = encoded(Image.new("L", (4_000, 4_000), 128), "JPEG", progressive=True)
    last_scan = content[content.rfind(b"\xff\xc4") : -2]

    began = time.monotonic()
    with pytest.raises(ValidationError) as refusal:
        clean(upload(content[:-2] + last_scan * 50_000 + content[-2:]))

    assert refusal.value.code == "broken"
    assert time.monotonic() - began < 5


def test_a_tall_and_thin_picture_is_no_trouble() -> None:
    cleaned = clean(upload(encoded(Image.new("RGB", (1, 60_000)), "JPEG")))

    assert Image.open(io.BytesIO(cleaned.content)).size == (1, 3000)


def test_a_pdf_that_opens_at_a_page_is_welcome() -> None:
    assert clean(upload(pdf(b"<< /OpenAction [3 0 R /Fit] /Names [(/JavaScriptless)] >>"))).kind == EvidenceKind.PDF


def test_an_upload_of_200_mb_is_refused_unread() -> None:
    class Unreadable(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            pytest.fail("read")

    with pytest.raises(ValidationError, match="10 MB"):
        clean(UploadedFile(Unreadable(), "besar.pdf", size=200 * 1024**2))


@pytest.mark.parametrize("claimed", [None, 10])
def test_an_upload_that_is_larger_than_it_says_is_refused(claimed: int | None) -> None:
    file = UploadedFile(io.BytesIO(b"%PDF-" + bytes(service.MAX_BYTES)), "besar.pdf", size=claimed)

    with pytest.raises(ValidationError, match="10 MB"):
        clean(file)


def test_exactly_10_mb_are_accepted() -> None:
    content = pdf(before=b"%" + b"a" * (10 * 1024 * 1024 - len(pdf()) - 6) + b"\n")
    content += b"\n" * (10 * 1024 * 1024 - len(content))

    assert len(clean(upload(content)).content) == 10 * 1024 * 1024
    with pytest.raises(ValidationError, match="10 MB"):
        clean(upload(content + b"\n"))


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    at=st.floats(0, 1, exclude_max=True),
    junk=st.binary(min_size=1, max_size=40),
)
def test_whatever_is_broken_ends_in_a_sentence_or_a_clean_file(name: str, at: float, junk: bytes) -> None:
    content = bytearray(FILES[name]())
    start = int(at * len(content))
    content[start : start + len(junk)] = junk

    try:
        cleaned = clean(upload(bytes(content)))
    except ValidationError:
        return
    assert clean(upload(cleaned.content)).kind == cleaned.kind


# --- Who may attach, and when -----------------------------------------------------------------------------


def test_evidence_belongs_to_ones_own_report(entry: Milestone, verifier: User) -> None:
    with pytest.raises(ValidationError, match="laporan sendiri"):
        attach(entry, upload=upload(pdf()), by=verifier)


def test_a_draft_takes_evidence(site: Site, officer: User) -> None:
    draft = Milestone.objects.create(site=site, stage="building", reached_on=date(2026, 1, 1), reported_by=officer)

    assert attach(draft, upload=upload(pdf()), by=officer).entry == draft


@pytest.mark.parametrize("review", [verify, send_back])
def test_what_was_reviewed_takes_no_more_evidence(
    review: Callable[..., Milestone], entry: Milestone, officer: User, verifier: User
) -> None:
    reason = {"reason": "Buram"} if review is send_back else {}
    review(entry, by=verifier, **reason)
    before = on_disk()

    # `entry` is as it was before the review, as another request may hold it.
    with pytest.raises(ValidationError, match="sudah diperiksa"):
        attach(entry, upload=upload(pdf()), by=officer)

    assert on_disk() == before


def test_one_report_takes_a_limited_number(entry: Milestone, officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_PER_ENTRY", 2)
    for _ in range(2):
        attach(entry, upload=upload(pdf()), by=officer)

    with pytest.raises(ValidationError, match="paling banyak 2"):
        attach(entry, upload=upload(pdf()), by=officer)


# --- All or nothing ---------------------------------------------------------------------------------------


class FaultError(Exception):
    """Something else that fails."""


def attach_two(entry: Milestone, first: UploadedFile, second: UploadedFile, *, by: User) -> None:
    with all_or_nothing():
        before = on_disk()
        attach(entry, upload=first, by=by)
        assert len(on_disk() - before) == 1
        attach(entry, upload=second, by=by)


def test_when_the_row_cannot_be_written_no_file_remains(
    entry: Milestone, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = on_disk()

    def fail(*_: Any, **__: Any) -> None:
        assert len(on_disk() - before) == 1
        raise FaultError

    monkeypatch.setattr(Evidence, "save", fail)

    with pytest.raises(FaultError):
        attach(entry, upload=upload(pdf()), by=officer)

    assert on_disk() == before
    assert not Evidence.objects.exists()


def test_when_what_goes_along_fails_neither_files_nor_rows_remain(site: Site, officer: User) -> None:
    before = on_disk()

    def report_with_evidence() -> None:
        with all_or_nothing():
            entry = report(Milestone(site=site, stage="building", reached_on=date(2026, 1, 1)), by=officer)
            attach(entry, upload=upload(FILES["jpeg"]()), by=officer)
            attach_two(entry, upload(pdf()), upload(SVG), by=officer)

    with pytest.raises(ValidationError, match="Jenis berkas"):
        report_with_evidence()

    assert on_disk() == before
    assert not Evidence.objects.exists()
    assert not site.milestones.exists()


def test_one_file_may_fail_alone_among_several(entry: Milestone, officer: User) -> None:
    before = on_disk()

    with all_or_nothing():
        good = attach(entry, upload=upload(pdf()), by=officer)
        with pytest.raises(ValidationError), full_disk():
            attach(entry, upload=upload(pdf()), by=officer)

    assert on_disk() - before == {good.file.name}
    assert list(Evidence.objects.all()) == [good]


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process grows past 1,000 bytes, so that writing one fails halfway."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_on_a_full_disk_nothing_remains_and_a_sentence_says_so(entry: Milestone, officer: User) -> None:
    before = on_disk()

    with pytest.raises(ValidationError, match="tidak dapat disimpan"), full_disk():
        attach(entry, upload=upload(pdf()), by=officer)

    assert on_disk() == before
    assert not Evidence.objects.exists()


def test_when_the_connection_broke_the_file_stays_because_the_commit_may_have_succeeded(
    entry: Milestone, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = on_disk()
    monkeypatch.setattr(service, "_link", object)  # another one whenever it is asked

    with pytest.raises(ValidationError):
        attach_two(entry, upload(pdf()), upload(SVG), by=officer)

    assert len(on_disk() - before) == 1


def test_a_file_that_a_dead_process_left_behind_is_swept_up(attached: Evidence) -> None:
    orphan = evidence_storage().save("0f" * 16 + ".pdf", ContentFile(pdf()))

    service.sweep(before=timezone.now() - timedelta(hours=1))
    assert orphan in on_disk()
    service.sweep(before=timezone.now() + timedelta(seconds=1))

    assert orphan not in on_disk()
    assert str(attached.file) in on_disk()


def test_a_transaction_whose_failure_would_go_unnoticed_is_refused(entry: Milestone, officer: User) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        attach(entry, upload=upload(pdf()), by=officer)


# --- What was verified stays ------------------------------------------------------------------------------


def execute(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # A table with checks left for the commit cannot be emptied, whatever it holds.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, parameters)


ADD = (
    "INSERT INTO regions_evidence (milestone_id, file, kind, original_name, size, sha256, keeps_location,"
    " uploaded_by_id, uploaded_at) SELECT %s, 'x' || file, kind, original_name, size, sha256, keeps_location,"
    " uploaded_by_id, uploaded_at FROM regions_evidence LIMIT 1"
)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE regions_evidence SET file = 'lain.jpg'",
        "UPDATE regions_evidence SET sha256 = repeat('0', 64)",
        "UPDATE regions_evidence SET original_name = 'lain'",
        "DELETE FROM regions_evidence",
        "TRUNCATE regions_evidence",
        "TRUNCATE regions_milestone CASCADE",
    ],
)
def test_raw_sql_cannot_touch_evidence_of_a_verified_entry(attack: str, attached: Evidence, verifier: User) -> None:
    verify(attached.entry, by=verifier)

    with pytest.raises(IntegrityError, match="diverifikasi"):
        execute(attack)


def test_raw_sql_cannot_move_evidence_to_or_from_a_verified_entry(
    attached: Evidence, site: Site, reported: Callable[..., Milestone], officer: User, verifier: User
) -> None:
    verified = verify(attached.entry, by=verifier)
    other = reported(site, stage="building")
    moving = attach(other, upload=upload(pdf()), by=officer)

    with pytest.raises(IntegrityError, match="diverifikasi"):
        execute("UPDATE regions_evidence SET milestone_id = %s WHERE id = %s", other.pk, attached.pk)
    with pytest.raises(IntegrityError, match="diverifikasi"):
        execute("UPDATE regions_evidence SET milestone_id = %s WHERE id = %s", verified.pk, moving.pk)
    with pytest.raises(IntegrityError, match="diverifikasi"):
        execute(ADD, verified.pk)


@pytest.mark.parametrize("ledger", [OperatingRecord, DigitalAdoption])
def test_evidence_of_every_ledger_stays(ledger: type, site: Site, officer: User, verifier: User) -> None:
    about = {"site": site, "status": "operating"} if ledger is OperatingRecord else {"regency": site.regency}
    entry = report(ledger(**{"status": "pilot", "since": date(2026, 3, 1), **about}), by=officer)
    evidence = attach(entry, upload=upload(pdf()), by=officer)
    verify(entry, by=verifier)

    for attack in (
        "UPDATE regions_evidence SET kind = 'png'",
        "DELETE FROM regions_evidence",
        "TRUNCATE regions_evidence",
    ):
        with pytest.raises(IntegrityError, match="diverifikasi"):
            execute(attack)
    with pytest.raises(IntegrityError, match="diverifikasi"), transaction.atomic():
        evidence.delete()


def test_evidence_of_a_report_can_still_be_removed_but_not_its_entry(attached: Evidence) -> None:
    with pytest.raises(ProtectedError):
        attached.entry.delete()

    execute("UPDATE regions_evidence SET original_name = 'lain' WHERE id = %s", attached.pk)
    execute(ADD, attached.milestone_id)
    execute("DELETE FROM regions_evidence WHERE id = %s", attached.pk)

    assert Evidence.objects.get().original_name == "lain"


def test_evidence_of_reports_may_be_emptied(attached: Evidence) -> None:
    execute("TRUNCATE regions_evidence")

    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("milestone_id = NULL", "about_one_entry"),
        ("operating_record_id = (SELECT min(id) FROM regions_operatingrecord WHERE state = 'reported')", "one_entry"),
        ("kind = 'svg'", "kind_known"),
        ("kind = 'pdf', keeps_location = true", "location_of_images"),
        ("size = 0", "is_described"),
        ("original_name = ''", "is_described"),
        ("sha256 = 'x'", "is_described"),
        ("file = NULL", "file"),
    ],
)
def test_raw_sql_cannot_state_the_impossible(
    change: str, constraint: str, attached: Evidence, site: Site, officer: User
) -> None:
    report(OperatingRecord(site=site, status="operating", since=date(2026, 3, 1)), by=officer)

    with pytest.raises(IntegrityError, match=constraint):
        execute(f"UPDATE regions_evidence SET {change}")


# --- Who sees it ------------------------------------------------------------------------------------------


@pytest.fixture
def actors(officer: User, editor: User) -> dict[str, Any]:
    def assigned(role: str, *, regency: str = "", province: str = "") -> User:
        user = User.objects.create_user(f"evidence-{role}{regency}{province}@pantau-mpp.example")
        assignment = Assignment(user=user, role=role, valid_from=timezone.localdate())
        assignment.regency = Regency.objects.filter(code=regency).first()
        assignment.province = Province.objects.filter(code=province).first()
        grant(assignment, by=editor)
        return user

    gone = assigned(Role.VIEWER)
    gone.is_active = False
    gone.save()
    return {
        "visitor": AnonymousUser(),
        "deactivated": gone,
        "without a role": User.objects.create_user("tamu@pantau-mpp.example"),
        "author": officer,
        "colleague": assigned(Role.OFFICER, regency="35.02"),
        "foreign officer": assigned(Role.OFFICER, regency="35.10"),
        "own province": assigned(Role.PROVINCE, province="35"),
        "other province": assigned(Role.PROVINCE, province="33"),
        "editor": assigned(Role.EDITOR),
        "verifier": assigned(Role.VERIFIER),
    }


@pytest.fixture
def address(attached: Evidence, settings: Any) -> str:
    settings.ROOT_URLCONF = __name__
    return reverse("test-evidence", args=[attached.pk])


def body(response: Any) -> bytes:
    """The whole answer; reading it to its end closes the file."""
    return b"".join(response)


def readers(actors: dict[str, Any], address: str) -> set[str]:
    """Those whom the database shows the row and the site sends the file; both have to agree."""
    seen, sent = set(), set()
    for name, user in actors.items():
        client = Client()
        if user.is_authenticated:
            client.force_login(user)
        response = client.get(address)
        assert response.status_code in (200, 404)
        sent |= {name} if response.status_code == 200 else set()
        body(response)
        seen |= {name} if Evidence.objects.visible_to(user).exists() else set()
    assert seen == sent
    return seen


def test_evidence_of_a_report_is_for_those_on_its_turf(actors: dict[str, Any], address: str) -> None:
    assert readers(actors, address) == {"author", "colleague", "own province", "editor", "verifier"}


def test_evidence_of_a_draft_is_for_its_author(actors: dict[str, Any], address: str, attached: Evidence) -> None:
    Milestone.objects.filter(pk=attached.milestone_id).update(state="draft", reported_at=None)

    assert readers(actors, address) == {"author"}


def test_evidence_of_a_verified_entry_is_for_all_who_sign_in(
    actors: dict[str, Any], address: str, attached: Evidence, verifier: User
) -> None:
    verify(attached.entry, by=verifier)

    assert readers(actors, address) == set(actors) - {"visitor", "deactivated"}


def test_evidence_comes_as_a_file_to_save_that_no_browser_takes_for_a_page(
    client: Client, officer: User, address: str, attached: Evidence
) -> None:
    client.force_login(officer)

    response = client.get(address)

    assert sha256(body(response)).hexdigest() == attached.sha256
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Length"] == str(attached.size)
    assert response["Content-Disposition"] == 'attachment; filename="foto.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "name", ['"; filename=x.html; ".pdf', "a\r\nSet-Cookie: x=1.pdf", "laporan é 好.pdf", "x.html"]
)
def test_no_name_breaks_out_of_its_header(
    name: str, client: Client, officer: User, entry: Milestone, settings: Any
) -> None:
    settings.ROOT_URLCONF = __name__
    evidence = attach(entry, upload=upload(pdf(), name), by=officer)
    Evidence.objects.filter(pk=evidence.pk).update(original_name=name)
    client.force_login(officer)

    response = client.get(reverse("test-evidence", args=[evidence.pk]))

    assert body(response) == pdf()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Content-Disposition"].rstrip('"').endswith(".pdf")
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("pk", [0, 999_999, 10**30])
def test_evidence_that_is_not_there_is_not_found(pk: int, client: Client, officer: User, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    client.force_login(officer)

    assert client.get(f"/uji/bukti/{pk}").status_code == 404


def test_a_lost_file_is_not_found_and_noted(
    client: Client, officer: User, address: str, attached: Evidence, caplog: pytest.LogCaptureFixture
) -> None:
    Path(attached.file.path).unlink()
    client.force_login(officer)

    assert client.get(address).status_code == 404
    assert f"The file of evidence {attached.pk} is gone." in caplog.messages


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_evidence_is_only_read(method: str, client: Client, officer: User, address: str) -> None:
    client.force_login(officer)

    assert getattr(client, method)(address).status_code == 405


def test_a_download_asks_four_times(
    client: Client, officer: User, address: str, django_assert_num_queries: Any
) -> None:
    client.force_login(officer)

    # Session, user, turf, evidence.
    with django_assert_num_queries(4):
        body(client.get(address))
