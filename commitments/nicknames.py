"""By which other names do people speak of institutions?

Names in everyday use beside the abbreviation and the name that an institution has as a row.
"""

from collections.abc import Mapping

INSTITUTIONS: Mapping[str, tuple[str, ...]] = {
    "PANRB": ("KemenPANRB", "MenPANRB", "Menpan", "Kementerian PANRB"),
    "Kemendagri": ("Mendagri",),
    "Kemenkeu": ("Menkeu",),
    "ATR/BPN": ("BPN", "Kementerian ATR"),
    "Kejagung": ("Kejaksaan",),
    "Polri": ("Polisi", "Kepolisian"),
    "BPOM": ("Badan POM",),
    "BPJS Kesehatan": ("BPJS Kes",),
    "BPJS Ketenagakerjaan": ("BPJS TK", "BPJS Naker", "BPJamsostek", "Jamsostek"),
    "Kominfo": ("Kemenkominfo",),
    "BKPM": ("Kementerian Investasi",),
}
"""By the institution's abbreviation."""
