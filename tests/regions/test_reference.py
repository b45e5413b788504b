"""Does a reference file load whole or not at all, and say where it is broken?"""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from regions.models import DirtyProvince, FormerProvince, Province, Regency
from taskforce.models import AnnouncedFigure, KnownGap, Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the reference files, to be broken."""
    return Path(shutil.copytree(settings.BASE_DIR / "reference", tmp_path / "reference"))


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_what_the_files_hold_is_in_the_database() -> None:
    assert Province.objects.count() == 38
    assert Regency.objects.count() == 515
    assert Regency.objects.filter(is_autonomous=True).count() == 509
    assert FormerProvince.objects.count() == 26
    assert Target.objects.count() == 5
    assert AnnouncedFigure.objects.count() == 38
    assert (KnownGap.objects.filter(regency=None).count(), KnownGap.objects.count()) == (3, 10)
    assert Regency.objects.get(code="11.10").name == "Kabupaten Aceh Singkil"


def test_a_second_load_changes_nothing(capsys: pytest.CaptureFixture) -> None:
    call_command("load_reference")

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 12
    assert all(": 0 new, 0 changed, " in line for line in lines)
    assert not DirtyProvince.objects.exists()


def test_what_was_edited_since_is_kept_until_the_file_is_told_to_win(capsys: pytest.CaptureFixture) -> None:
    Province.objects.filter(code="31").update(name="Daerah Khusus Jakarta")

    call_command("load_reference")
    assert "37 unchanged, 1 edited since and kept" in capsys.readouterr().out
    assert Province.objects.get(code="31").name == "Daerah Khusus Jakarta"

    call_command("load_reference", overwrite=True)
    assert Province.objects.get(code="31").name == "DKI Jakarta"
    assert DirtyProvince.objects.count() == 38


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "reason"),
    [
        ("provinces.csv", "2022-07-25", "2022-13-25", "baris 36, kolom established_on", "2022-13-25"),
        ("provinces.csv", "Aceh,Sumatera", "Aceh,Atlantis", "baris 2, kolom island_group", "Atlantis"),
        ("provinces.csv", "12,Sumatera Utara", "12,", "baris 3, kolom name", "kosong"),
        ("provinces.csv", "UU 14/2022,91", "UU 14/2022,90", "baris 36, kolom split_from", "90"),
        ("regencies.csv", "11.10,11", "11.1,11", "baris 11, kolom code", "11.10"),
        ("regencies.csv", "11.10,11", "11.10,10", "baris 11, kolom province_code", "10"),
        ("regencies.csv", "2.2874", "dua", "baris 11, kolom seat_latitude", "dua"),
        ("regencies.csv", "2.2874", "NaN", "baris 11, kolom seat_latitude", "NaN"),
        ("regencies.csv", "Kabupaten Aceh Singkil,true", "Kabupaten Aceh Singkil,ya", "kolom is_autonomous", "ya"),
        ("regencies.csv", "2.2874,97.7884,", "2.2874,97.7884", "baris 11", "7 isian, seharusnya 8"),
        ("former_provinces.csv", "93.01", "99.01", "baris 2, kolom regency_code", "99.01"),
        ("former_provinces.csv", "2022-07-25", "25-07-2022", "baris 2, kolom until", "YYYY-MM-DD"),
        ("regency_aliases.csv", "regency_code", "kode", "baris 1", "regency_code, alias"),
        ("targets.csv", "coverage_pct,100,2022-06-28", "coverage_pct,101,2022-06-28", "baris 4", "100 persen"),
        ("targets.csv", "2022,2022-12-31", "2023,2022-12-31", "baris 2, kolom year", "tenggat"),
        ("targets.csv", "committed_units", "luck", "baris 2, kolom metric", "coverage_pct"),
        ("announced_figures.csv", "mpp_total,11", "mpp_sum,11", "baris 2, kolom metric", "mpp_total"),
        ("announced_figures.csv", "mpp_total,11", "mpp_total,-11", "baris 2, kolom value", "bilangan bulat"),
        ("announced_figures.csv", "mpp_total,11,", "mpp_total,,", "baris 2, kolom value", "null"),
        ("announced_figures.csv", "2018-12-27", "2016-12-27", "baris 2", "2017-01-01"),
        ("announced_figures.csv", "mpp_total,11,,inaugurated", "mpp_total,11,,all", "baris 2, kolom counting", "ready"),
        ("announced_figures.csv", "inaugurated,509", "inaugurated,510", "baris 2, kolom basis", "514"),
        ("announced_figures.csv", "mpp_total,11,", "mpp_total,11,2019-01-01", "baris 2", "sesudah hari diumumkan"),
        ("known_gaps.csv", "11.71,,", "11.99,,", "baris 2, kolom regency_code", "11.99"),
        ("known_gaps.csv", "11.71,,", ",,", "baris 2", "belum teridentifikasi"),
        ("announced_figures.csv", "2018-12-27", "27 Desember", "baris 2, kolom announced_on", "YYYY-MM-DD"),
    ],
)
def test_a_broken_file_names_row_column_and_reason(
    files: Path, name: str, old: str, new: str, where: str, reason: str
) -> None:
    for model in (Target, AnnouncedFigure, FormerProvince):
        model.objects.all().delete()
    replace(files / name, old, new)

    with pytest.raises(CommandError) as refusal:
        call_command("load_reference", directory=files)

    said = str(refusal.value)
    assert "Nothing was loaded" in said
    assert f"{name}, " in said
    assert where in said
    assert reason in said
    assert not Target.objects.exists()
    assert not AnnouncedFigure.objects.exists()
    assert not FormerProvince.objects.exists()


def test_all_that_is_wrong_is_said_at_once(files: Path) -> None:
    replace(files / "regencies.csv", "11.01,11", "11.1,11")
    replace(files / "regencies.csv", "11.02,11", "11.02,99")

    with pytest.raises(CommandError) as refusal:
        call_command("load_reference", directory=files)

    assert "baris 2, kolom code" in str(refusal.value)
    assert "baris 3, kolom province_code" in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"code,name\n\xff\xfe", "UTF-8"),
        (b'regency_code,alias\n11.01,"Aceh', "CSV"),
        (b"", "kolomnya harus"),
        (b"regency_code;alias\n", "kolomnya harus"),
        (b"regency_code,alias,alias\n", "kolomnya harus"),
    ],
)
def test_a_file_that_is_no_csv_of_ours_is_refused(files: Path, content: bytes, reason: str) -> None:
    (files / "regency_aliases.csv").write_bytes(content)

    with pytest.raises(CommandError, match=reason):
        call_command("load_reference", directory=files)


def test_a_missing_file_is_named(files: Path) -> None:
    (files / "targets.csv").unlink()

    with pytest.raises(CommandError, match=r"targets\.csv, baris 1: berkas tidak ditemukan"):
        call_command("load_reference", directory=files)


def test_a_byte_order_mark_does_no_harm(files: Path) -> None:
    file = files / "regency_aliases.csv"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    call_command("load_reference", directory=files, verbosity=0)


def test_order_within_a_file_does_not_matter(files: Path) -> None:
    file = files / "provinces.csv"
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([header, *reversed(rows)]) + "\n")

    call_command("load_reference", directory=files, verbosity=0)
