"""Which tables do the open data hold, and what does each of their columns mean?

Nothing else says so: the CSV, JSON and GeoJSON files, the schema of the data package and the page are made of this.
"""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from commitments.choices import AgreementKind, InstitutionKind, ServiceChannel
from regions.choices import DatePrecision, IslandGroup, OperatingStatus, RegencyKind, Stage
from taskforce.choices import (
    AnnouncedCounting,
    AnnouncedMetric,
    Basis,
    Counting,
    SitePosition,
    StageGroup,
    TargetMetric,
)
from taskforce.opendata import rows
from taskforce.opendata.fields import Field, Licence, OpenTable, Source

# --- Whose data they are ---------------------------------------------------------------------------------
# As reference/README.md says; nothing is claimed beyond it.

ODBL = Licence("ODbL-1.0", "Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/")
CC_BY = Licence("CC-BY-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/")
CODES = Source("idn-area-data", "https://github.com/fityannugroho/idn-area-data", ODBL)
SEATS = Source("GeoNames", "https://www.geonames.org/", CC_BY)

# --- Columns that several tables have --------------------------------------------------------------------

_degrees = _("derajat WGS 84")
_units = _("unit")
_latitude = Field("latitude", "number", _("Lintang"), _("Ke selatan negatif."), _degrees)
_longitude = Field("longitude", "number", _("Bujur"), unit=_degrees)
_regency_code = Field(
    "regency_code",
    "string",
    _("Kode kabupaten/kota"),
    _("Kode Kemendagri sekarang, selalu teks: 11.10 bukan 11.1."),
    is_required=True,
)
_province_code = Field("province_code", "string", _("Kode provinsi"), _("Kode Kemendagri sekarang, dua angka."))
_site_id = Field(
    "site_id", "integer", _("Nomor MPP"), _("Sama dengan nomor dalam alamat halamannya, /mpp/…/."), is_required=True
)
_entry_id = Field(
    "id", "integer", _("Nomor entri"), _("Nomor dalam buku besar; tidak dipakai ulang."), is_required=True
)
_precision = Field(
    "date_precision",
    "string",
    _("Ketepatan tanggal"),
    _("Tanggal yang hanya diketahui bulan atau tahunnya ditulis sebagai hari terakhirnya."),
    is_required=True,
    choices=DatePrecision,
)
_source = Field("source", "string", _("Sumber"), _("Alamat halaman atau nama siaran pers yang membuktikannya."))
_verified_on = Field(
    "verified_on",
    "date",
    _("Diverifikasi pada"),
    _("Hari Kementerian PANRB memverifikasinya, atau memuatnya dari sumber terbitan."),
    is_required=True,
)
_basis = Field("basis", "string", _("Dasar perhitungan"), is_required=True, choices=Basis)
_counting = Field("counting", "string", _("Yang dihitung"), is_required=True, choices=Counting)
_area_code = Field(
    "area_code", "string", _("Kode wilayah"), _("Kode provinsi, atau ID untuk Indonesia."), is_required=True
)
_number_units = Field("units", "integer", _("Unit"), _("Unit sasaran di wilayah itu."), _units, is_required=True)
_covered = Field(
    "covered", "integer", _("Unit tercakup"), _("Menurut dasar dan cara hitung di baris itu."), _units, is_required=True
)
_institution = Field("institution", "string", _("Instansi"), _("Singkatannya."), is_required=True)

_IN_PROVINCE = {"province_code": ("provinces", "code")}
_IN_REGENCY = {"regency_code": ("regencies", "code")}
_AT_SITE = {"site_id": ("sites", "id"), **_IN_REGENCY}

# --- The tables ------------------------------------------------------------------------------------------

TABLES: tuple[OpenTable, ...] = (
    OpenTable(
        "provinces",
        _("Provinsi"),
        _("38 provinsi sekarang; empat yang dibentuk tahun 2022 dengan undang-undangnya."),
        ("code",),
        (
            Field("code", "string", _("Kode"), _("Kode Kemendagri, dua angka."), is_required=True),
            Field("name", "string", _("Nama"), is_required=True),
            Field("island_group", "string", _("Kelompok pulau"), is_required=True, choices=IslandGroup),
            Field("established_on", "date", _("Dibentuk pada"), _("Kosong: sudah ada sebelum MPP dimulai.")),
            Field("legal_basis", "string", _("Dasar hukum"), _("Undang-undang pembentukannya.")),
            Field("split_from_code", "string", _("Pemekaran dari"), _("Kode provinsi asalnya.")),
        ),
        rows.provinces,
        {"split_from_code": ("", "code")},
        (CODES,),
    ),
    OpenTable(
        "regencies",
        _("Kabupaten/kota dan unit sasaran"),
        _("514 wilayah tingkat dua dan Jakarta sebagai satu unit, dengan tahap MPP-nya pada hari rilis."),
        ("code",),
        (
            replace(_regency_code, name="code", title=_("Kode")),
            Field("name", "string", _("Nama"), is_required=True),
            Field("kind", "string", _("Jenis"), is_required=True, choices=RegencyKind),
            replace(_province_code, is_required=True),
            Field("province_name", "string", _("Provinsi"), is_required=True),
            Field("is_unit", "boolean", _("Unit sasaran"), _("Termasuk 509 unit yang harus memiliki MPP."), "", True),
            Field("served_by_code", "string", _("Dilayani oleh"), _("Unit yang MPP-nya melayani wilayah ini.")),
            replace(_latitude, title=_("Lintang ibu kota")),
            replace(_longitude, title=_("Bujur ibu kota")),
            Field("standing", "string", _("Keadaan"), _("Lima langkah ringkas; untuk unit."), choices=StageGroup),
            Field("stage", "string", _("Tahap terjauh"), _("Kosong: belum ada data."), choices=Stage),
            Field("stage_reached_on", "date", _("Tahap tercapai pada")),
            replace(_precision, name="stage_precision", title=_("Ketepatan tanggal tahap"), is_required=False),
            Field("is_inaugurated", "boolean", _("Diresmikan"), _("Dihitung tercakup dalam definisi baku.")),
            Field("inaugurated_on", "date", _("Diresmikan pada"), _("Hari sejak unit itu dihitung.")),
            Field(
                "operating_status",
                "string",
                _("Status operasional"),
                _("Kabar terakhir; kosong: belum ada data."),
                choices=OperatingStatus,
            ),
            Field("operating_since", "date", _("Status operasional sejak")),
            replace(_precision, name="operating_precision", title=_("Ketepatan tanggal status"), is_required=False),
        ),
        rows.regencies,
        {**_IN_PROVINCE, "served_by_code": ("", "code")},
        (CODES, SEATS),
        is_map=True,
    ),
    OpenTable(
        "former-codes",
        _("Kode wilayah semula"),
        _("Kabupaten/kota yang pindah provinsi, dengan kode semula, kode sekarang, dan undang-undangnya."),
        ("regency_code", "until"),
        (
            _regency_code,
            Field("regency_name", "string", _("Kabupaten/kota"), is_required=True),
            replace(_province_code, is_required=True),
            Field("province_name", "string", _("Provinsi"), is_required=True),
            Field("former_code", "string", _("Kode semula"), is_required=True),
            Field("former_province_code", "string", _("Kode provinsi semula"), is_required=True),
            Field("former_province_name", "string", _("Provinsi semula"), is_required=True),
            Field("until", "date", _("Sampai sebelum"), _("Sejak hari ini kode yang sekarang berlaku."), "", True),
            Field("legal_basis", "string", _("Dasar hukum"), is_required=True),
        ),
        rows.former_codes,
        {**_IN_REGENCY, **_IN_PROVINCE, "former_province_code": ("provinces", "code")},
        (CODES,),
    ),
    OpenTable(
        "regency-aliases",
        _("Ejaan lain"),
        _("Ejaan nama kabupaten/kota yang ditemui dalam terbitan."),
        ("alias",),
        (Field("alias", "string", _("Ejaan"), is_required=True), _regency_code),
        rows.aliases,
        _IN_REGENCY,
    ),
    OpenTable(
        "sites",
        _("MPP"),
        _("Setiap Mal Pelayanan Publik yang tercatat, juga yang baru direncanakan."),
        ("id",),
        (
            replace(_site_id, name="id"),
            _regency_code,
            Field("name", "string", _("Nama"), is_required=True),
            Field("organiser", "string", _("Penyelenggara")),
            Field("address", "string", _("Alamat")),
            Field("building", "string", _("Gedung")),
            Field("is_branch", "boolean", _("Cabang (mini MPP)"), _("Cabang tidak dihitung dalam cakupan."), "", True),
            _latitude,
            _longitude,
            Field("position", "string", _("Letak"), _("Lintang dan bujur siapa."), choices=SitePosition),
        ),
        rows.sites,
        _IN_REGENCY,
        (SEATS,),
        is_map=True,
    ),
    OpenTable(
        "milestones",
        _("Capaian tahap"),
        _("Tahap yang dicapai setiap MPP, terverifikasi dan berlaku pada saat rilis. Cakupan dihitung dari sini."),
        ("id",),
        (
            _entry_id,
            _site_id,
            _regency_code,
            Field("stage", "string", _("Tahap"), is_required=True, choices=Stage),
            Field("reached_on", "date", _("Tercapai pada"), _("Hari terjadinya; dihitung sejak hari ini."), "", True),
            _precision,
            _source,
            _verified_on,
        ),
        rows.milestones,
        _AT_SITE,
    ),
    OpenTable(
        "operating-records",
        _("Status operasional"),
        _("Apakah MPP melayani, sejak hari tertentu sampai kabar berikutnya; terverifikasi dan berlaku."),
        ("id",),
        (
            _entry_id,
            _site_id,
            _regency_code,
            Field("status", "string", _("Status operasional"), is_required=True, choices=OperatingStatus),
            Field("since", "date", _("Sejak"), is_required=True),
            _precision,
            _source,
            _verified_on,
        ),
        rows.operating_records,
        _AT_SITE,
    ),
    OpenTable(
        "institutions",
        _("Instansi"),
        _("Kementerian, lembaga, dan badan usaha, masing-masing di bawah nama pada masanya."),
        ("abbreviation",),
        (
            Field("abbreviation", "string", _("Singkatan"), is_required=True),
            Field("name", "string", _("Nama"), is_required=True),
            Field("kind", "string", _("Jenis"), is_required=True, choices=InstitutionKind),
            Field("valid_from", "date", _("Ada sejak"), _("Kosong: sudah ada sejak dahulu.")),
            Field("valid_until", "date", _("Ada sampai"), _("Kosong: masih ada.")),
            Field("succeeded_by", "string", _("Diteruskan oleh"), _("Singkatan instansi penerusnya.")),
        ),
        rows.institutions,
        {"succeeded_by": ("", "abbreviation")},
    ),
    OpenTable(
        "agreements",
        _("Perjanjian"),
        _("Nota kesepahaman, surat keputusan bersama, perjanjian kerja sama, dan adendumnya."),
        ("id",),
        (
            Field("id", "integer", _("Nomor perjanjian"), is_required=True),
            Field("kind", "string", _("Jenis"), is_required=True, choices=AgreementKind),
            Field("number", "string", _("Nomor naskah")),
            Field("title", "string", _("Judul"), is_required=True),
            Field("signed_on", "date", _("Ditandatangani pada"), is_required=True),
            Field("valid_from", "date", _("Berlaku sejak"), is_required=True),
            Field("valid_until", "date", _("Berlaku sampai"), _("Kosong: tidak disebut atau seterusnya.")),
            replace(_site_id, is_required=False, meaning=_("Kosong untuk perjanjian tingkat nasional.")),
            Field("amends_id", "integer", _("Mengubah"), _("Nomor perjanjian yang diubah adendum ini.")),
            _source,
        ),
        rows.agreements,
        {"site_id": ("sites", "id"), "amends_id": ("", "id")},
    ),
    OpenTable(
        "signatories",
        _("Penanda tangan"),
        _("Instansi yang menjadi pihak dalam perjanjian; nama orangnya tidak dimuat."),
        ("agreement_id", "institution"),
        (
            Field("agreement_id", "integer", _("Nomor perjanjian"), is_required=True),
            _institution,
            Field("signed_on", "date", _("Ditandatangani pada"), is_required=True),
        ),
        rows.signatories,
        {"agreement_id": ("agreements", "id"), "institution": ("institutions", "abbreviation")},
    ),
    OpenTable(
        "presences",
        _("Gerai instansi"),
        _("Gerai instansi di MPP; terverifikasi dan berlaku."),
        ("id",),
        (
            _entry_id,
            _site_id,
            _regency_code,
            _institution,
            Field("counter_opened_on", "date", _("Gerai dibuka pada"), is_required=True),
            _precision,
            Field("counter_closed_on", "date", _("Gerai ditutup pada"), _("Kosong: masih dibuka.")),
            Field("service_days", "string", _("Hari layanan"), _("1 Senin sampai 7 Minggu, dipisahkan spasi.")),
            Field("counters", "integer", _("Loket"), _("Kosong: belum diketahui."), _("loket")),
            _source,
            _verified_on,
        ),
        rows.presences,
        {**_AT_SITE, "institution": ("institutions", "abbreviation")},
    ),
    OpenTable(
        "services",
        _("Layanan"),
        _("Layanan di gerai yang terverifikasi."),
        ("presence_id", "name", "channel"),
        (
            Field("presence_id", "integer", _("Nomor entri gerai"), is_required=True),
            Field("name", "string", _("Nama layanan"), is_required=True),
            Field("channel", "string", _("Cara"), is_required=True, choices=ServiceChannel),
            Field("is_licence", "boolean", _("Perizinan"), is_required=True),
        ),
        rows.services,
        {"presence_id": ("presences", "id")},
    ),
    OpenTable(
        "pledges",
        _("Janji daerah"),
        _("Janji kabupaten/kota membentuk MPP, sebagaimana semula dibuat."),
        ("regency_code", "pledged_on"),
        (
            _regency_code,
            Field("pledged_on", "date", _("Berjanji pada"), is_required=True),
            Field("due_on", "date", _("Dijanjikan paling lambat"), is_required=True),
            _precision,
            _source,
        ),
        rows.pledges,
        _IN_REGENCY,
    ),
    OpenTable(
        "pledge-revisions",
        _("Janji yang diubah"),
        _("Hari lain yang kemudian dijanjikan, dengan alasannya."),
        ("regency_code", "pledged_on", "revised_on"),
        (
            _regency_code,
            Field("pledged_on", "date", _("Berjanji pada"), _("Janji yang diubah."), is_required=True),
            Field("revised_on", "date", _("Diubah pada"), is_required=True),
            Field("due_on", "date", _("Dijanjikan paling lambat"), is_required=True),
            _precision,
            Field("reason", "string", _("Alasan"), is_required=True),
        ),
        rows.pledge_revisions,
        _IN_REGENCY,
    ),
    OpenTable(
        "targets",
        _("Target"),
        _("Target yang berlaku, dengan siapa yang menetapkannya."),
        ("id",),
        (
            Field("id", "integer", _("Nomor target"), is_required=True),
            replace(_province_code, meaning=_("Kosong untuk target nasional.")),
            Field("metric", "string", _("Ukuran"), is_required=True, choices=TargetMetric),
            Field("value", "number", _("Nilai"), _("Persen atau unit, menurut ukurannya."), is_required=True),
            Field("deadline", "date", _("Tenggat"), is_required=True),
            Field("set_on", "date", _("Ditetapkan pada"), is_required=True),
            Field("set_by", "string", _("Ditetapkan oleh"), is_required=True),
            _source,
        ),
        rows.targets,
        _IN_PROVINCE,
    ),
    OpenTable(
        "announced-figures",
        _("Angka yang diumumkan"),
        _("Angka nasional sebagaimana diucapkan pejabat, juga yang saling bertentangan."),
        ("id",),
        (
            Field("id", "integer", _("Nomor angka"), is_required=True),
            Field("announced_on", "date", _("Diumumkan pada"), is_required=True),
            Field("metric", "string", _("Ukuran"), is_required=True, choices=AnnouncedMetric),
            Field("value", "integer", _("Nilai"), is_required=True),
            Field("as_at", "date", _("Keadaan per"), _("Kosong berarti hari diumumkan.")),
            Field("counting", "string", _("Yang dihitung"), choices=AnnouncedCounting),
            Field("basis", "string", _("Dasar perhitungan"), choices=Basis),
            _source,
            Field("note", "string", _("Catatan pengumpul (dalam bahasa Inggris)")),
        ),
        rows.announced_figures,
    ),
    OpenTable(
        "coverage",
        _("Cakupan per provinsi"),
        _("Cakupan pada hari rilis untuk Indonesia dan setiap provinsi, dalam kesembilan definisi."),
        ("basis", "counting", "area_code"),
        (
            Field("as_at", "date", _("Per tanggal"), is_required=True, is_stamp=True),
            _basis,
            _counting,
            _area_code,
            Field("area_name", "string", _("Wilayah"), is_required=True),
            _number_units,
            _covered,
            Field("coverage_pct", "number", _("Cakupan"), _("Satu angka desimal; kosong tanpa unit."), _("persen")),
            Field("target_pct", "number", _("Target"), _("Target yang berlaku pada hari itu."), _("persen")),
            Field("target_units", "integer", _("Target dalam unit"), unit=_units),
            Field("gap_units", "integer", _("Kurang"), _("Unit yang kurang sampai target."), _units),
            Field("units_unknown", "integer", _("Belum ada data"), _("Unit yang tahapnya belum diketahui."), _units),
        ),
        rows.coverage,
    ),
    OpenTable(
        "coverage-series",
        _("Cakupan dari waktu ke waktu"),
        _("Hari berubahnya cakupan, dalam kesembilan definisi; di antaranya berlaku angka sebelumnya."),
        ("basis", "counting", "area_code", "since"),
        (
            _basis,
            _counting,
            _area_code,
            Field("since", "date", _("Sejak"), is_required=True),
            _number_units,
            _covered,
        ),
        rows.coverage_series,
    ),
)

DIFFERENCE = (
    Field("table", "string", _("Tabel"), is_required=True),
    Field(
        "change",
        "string",
        _("Perubahan"),
        _("added: baris baru; changed: isian berubah; removed: baris hilang."),
        is_required=True,
    ),
    Field("key", "string", _("Kunci"), _("Isi kolom kunci baris itu, dipisahkan garis miring."), "", True),
    Field("column", "string", _("Kolom"), _("Hanya untuk isian yang berubah.")),
    Field("before", "string", _("Semula"), _("Isi semula; untuk baris yang hilang seluruh baris sebagai JSON.")),
    Field("after", "string", _("Menjadi"), _("Isi sekarang; untuk baris baru seluruh baris sebagai JSON.")),
)
"""The columns of the difference to the release before."""
