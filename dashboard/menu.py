"""Which pages does the masthead lead to?"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PAGES: tuple[tuple[str, Promise], ...] = (
    ("dashboard:nation", _("Beranda")),
    ("dashboard:atlas", _("Peta")),
    ("dashboard:commitments", pgettext_lazy("menu", "Komitmen")),
    ("dashboard:pledges", _("Janji")),
    ("dashboard:readiness", _("Kesiapan")),
    ("dashboard:announced", pgettext_lazy("menu", "Angka")),
    ("dashboard:forecast", _("Perkiraan")),
    ("dashboard:next-best", pgettext_lazy("menu", "Berikutnya")),
    ("taskforce:mandate", _("Satgas")),
    ("taskforce:actions", _("Rencana aksi")),
    ("dashboard:papers", _("Bahan rapat")),
    ("dashboard:data", _("Data")),
)
"""What everybody may open, in the order in which it is read."""

FOR_STAFF: tuple[tuple[str, Promise], ...] = (
    ("dashboard:alerts", _("Pantauan")),
    ("taskforce:letters", pgettext_lazy("menu", "Surat")),
)
"""What is for those who hold a role."""


@dataclass(frozen=True)
class Entry:
    """A page of the menu: `current` is what `aria-current` says of it."""

    label: Promise
    address: str
    current: str = ""


def menu(path: str, *, is_staff: bool) -> tuple[Entry, ...]:
    """Return the pages of the masthead as seen from the page at `path`."""
    entries = addresses((*PAGES, *(FOR_STAFF if is_staff else ())))
    home = reverse("dashboard:nation")
    above = [address for address in entries.values() if path.startswith(address) and address != home]
    # Below /komitmen/janji/ it is the pledges that one reads, not the commitments.
    here = max(above, key=len, default=None)
    return tuple(Entry(label, address, _current(address, path, here)) for label, address in entries.items())


def addresses(pages: Iterable[tuple[str, Promise]]) -> dict[Promise, str]:
    """Return the address of each page under its label."""
    return {label: reverse(name) for name, label in pages}


def _current(address: str, path: str, here: str | None) -> str:
    if address == path:
        return "page"
    return "true" if address == here else ""
