"""Which pages of figures does everybody see? One address for each."""

PUBLIC_PAGES = [
    "/",
    "/?as_at=2024-12-12&counting=opened",
    "/provinsi/35/",
    "/kabkota/35.10/",
    "/peta/",
    "/penjelasan/",
    "/tahap/",
    "/mpp/1/",
    "/komitmen/",
    "/komitmen/?province=35",
    "/komitmen/belum-hadir/",
    "/komitmen/janji/",
    "/angka/",
    "/angka/1/",
    "/kesiapan/",
    "/data/",
    "/perkiraan/",
    "/perkiraan/berikutnya/",
]
