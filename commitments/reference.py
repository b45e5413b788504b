"""Which institutions and national agreements does the reference data name?

Every loader raises `BrokenFileError` with all that is wrong; the caller rolls its transaction back.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from commitments.choices import AgreementKind, InstitutionKind
from commitments.models import Agreement, Institution, Signatory
from mpp_tracker.lib.csvfile import CsvFile, Row
from mpp_tracker.lib.reference import Tally, sync

# How the titles of agreements begin.
_TITLES = {
    "Nota Kesepahaman": AgreementKind.MOU,
    "Keputusan Bersama": AgreementKind.SKB,
    "Surat Keputusan Bersama": AgreementKind.SKB,
}


def load_institutions(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `institutions.csv`: ministries, agencies and state firms under the names of their day."""

    def values(row: Row) -> Mapping[str, Any]:
        return {
            "abbreviation": row.text("abbreviation", required=True),
            "name": row.text("name", required=True),
            "kind": row.one_of("kind", InstitutionKind.values),
        }

    file = CsvFile(path, ["abbreviation", "name", "kind"])
    wanted = [(row, values(row)) for row in file]
    file.stop_if_broken()
    tally = sync(Institution, ["abbreviation"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally


def load_agreements(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `agreement_signatories.csv`: one row a signature; the agreement is named by its title and day."""
    institutions = {institution.abbreviation: institution for institution in Institution.objects.all()}
    file = CsvFile(path, ["agreement", "signed_on", "institution", "obligations"])
    agreements: dict[tuple[str, Any], tuple[Row, Mapping[str, Any]]] = {}
    signatures = []
    for row in file:
        title, signed_on = row.text("agreement", required=True), row.day("signed_on", required=True)
        kind = next((kind for words, kind in _TITLES.items() if title.startswith(words)), None)
        if kind is None and title:
            row.fault("agreement", _("judul harus diawali: %(words)s") % {"words": ", ".join(_TITLES)})
        said = {"kind": kind, "title": title, "signed_on": signed_on, "valid_from": signed_on, "site": None}
        agreements.setdefault((title, signed_on), (row, said))
        signed = {"institution": row.found("institution", institutions), "obligations": row.text("obligations")}
        signatures.append((row, (title, signed_on), {**signed, "signed_on": signed_on}))
    file.stop_if_broken()
    tally = sync(Agreement, ["title", "signed_on", "site"], agreements.values(), overwrite=overwrite)
    file.stop_if_broken()
    national = Agreement.objects.filter(site=None)
    by_name: dict[Any, Agreement] = {(agreement.title, agreement.signed_on): agreement for agreement in national}
    wanted = [(row, {"agreement": by_name[name], **signed}) for row, name, signed in signatures]
    tally += sync(Signatory, ["agreement", "institution"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally
