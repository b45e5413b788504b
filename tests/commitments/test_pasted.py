"""Is a pasted list of services read as it was meant, and everything wrong with it told at once?"""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from commitments.choices import ServiceChannel
from commitments.pasted import MAX_SERVICES, read_services, written
from commitments.services.presence import ServiceLine

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=200)
LINES = st.builds(ServiceLine, NAMES, st.sampled_from(list(ServiceChannel)), st.booleans())


@pytest.mark.parametrize(
    ("line", "means"),
    [
        ("Cek sertifikat", ServiceLine("Cek sertifikat")),
        ("  Cek   sertifikat  ;", ServiceLine("Cek sertifikat")),
        ("Cek sertifikat; Elektronik", ServiceLine("Cek sertifikat", ServiceChannel.ELECTRONIC)),
        ("Izin lokasi; bergerak; IZIN", ServiceLine("Izin lokasi", ServiceChannel.MOBILE, is_licence=True)),
        ("Izin lokasi;;ya", ServiceLine("Izin lokasi", is_licence=True)),
        ("Izin lokasi\tMandiri\tizin\t\t", ServiceLine("Izin lokasi", ServiceChannel.SELF_SERVICE, is_licence=True)),
        ("SIM A; baru\tlangsung\ttidak", ServiceLine("SIM A; baru")),
        ("A" * 200, ServiceLine("A" * 200)),
    ],
)
def test_a_line_is_a_service(line: str, means: ServiceLine) -> None:
    assert read_services(f"\r\n{line}\r\n") == (means,)


def test_an_empty_text_names_none() -> None:
    assert read_services(" \n\n") == ()


def test_all_that_is_wrong_is_told_at_once_by_line() -> None:
    lines = ["Cek sertifikat", "", "Roya; keliling", "; langsung", "A" * 201, "Balik nama; mandiri; mungkin"]
    lines += ["cek SERTIFIKAT; langsung", "Ukur; langsung; ya; Rp 0"]

    with pytest.raises(ValidationError) as refusal:
        read_services("\n".join(lines))

    assert refusal.value.messages == [
        "Baris 3: cara “keliling” tidak dikenal; pilihannya langsung, bergerak, mandiri, elektronik.",
        "Baris 4: nama layanan kosong.",
        "Baris 5: nama layanan lebih dari 200 huruf.",
        "Baris 6: “mungkin” tidak dikenal; tulis izin atau ya, atau kosongkan.",
        "Baris 7: “cek SERTIFIKAT” sudah ada pada baris 1.",
        "Baris 8: terlalu banyak bagian; tulis nama; cara; izin.",
    ]


def test_the_same_service_in_another_way_is_another_service() -> None:
    assert len(read_services("Cek sertifikat\nCek sertifikat; elektronik")) == 2


def test_more_than_500_are_refused_with_one_sentence() -> None:
    text = "\n".join(f"Layanan {number}" for number in range(MAX_SERVICES + 1))

    with pytest.raises(ValidationError, match="Paling banyak 500 layanan untuk satu gerai; daftar ini berisi 501"):
        read_services(text)

    assert len(read_services(text.rpartition("\n")[0])) == MAX_SERVICES


@given(st.lists(LINES, max_size=20, unique_by=lambda line: (line.name.lower(), line.channel)))
def test_what_is_written_is_read_back(services: list[ServiceLine]) -> None:
    assert list(read_services(written(services))) == services
