"""Which services does a pasted text name? One a line: name, channel, licence, between semicolons or tabs."""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from commitments.choices import ServiceChannel
from commitments.services.presence import ServiceLine

MAX_SERVICES = 500
"""At one counter; Kota Batu has 207 at 26 (DESIGN section 3)."""

MAX_NAME = 200
_LICENCE = {"": False, "tidak": False, "izin": True, "ya": True, "no": False, "licence": True, "yes": True}


def read_services(text: str) -> tuple[ServiceLine, ...]:
    """Return the services that `text` names, in its order.

    Raises:
        ValidationError: there are too many, or lines are wrong or repeated: all of them are named with their numbers.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > MAX_SERVICES:
        raise ValidationError(
            _("Paling banyak %(most)d layanan untuk satu gerai; daftar ini berisi %(count)d baris."),
            code="too_many",
            params={"most": MAX_SERVICES, "count": len(lines)},
        )
    services: list[ServiceLine] = []
    faults: list[str] = []
    first_named: dict[tuple[str, ServiceChannel], int] = {}
    for number, line in lines:
        try:
            service = _read(line)
        except ValueError as error:
            faults.append(_("Baris %(number)d: %(fault)s") % {"number": number, "fault": error})
            continue
        first = first_named.setdefault((service.name.lower(), service.channel), number)
        if first == number:
            services.append(service)
        else:
            said = {"number": number, "name": service.name, "first": first}
            faults.append(_("Baris %(number)d: “%(name)s” sudah ada pada baris %(first)d.") % said)
    if faults:
        raise ValidationError([ValidationError(fault, code="line") for fault in faults])
    return tuple(services)


def written(services: Iterable[ServiceLine]) -> str:
    """Return the text that names `services`, as `read_services` reads it."""
    return "\n".join(_written(service) for service in services)


def _read(line: str) -> ServiceLine:
    cells = [" ".join(cell.split()) for cell in line.split("\t" if "\t" in line else ";")]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > len(("name", "channel", "licence")):
        raise ValueError(_("terlalu banyak bagian; tulis nama; cara; izin."))
    name, channel, licence = (*cells, "", "", "")[:3]
    if not name:
        raise ValueError(_("nama layanan kosong."))
    if len(name) > MAX_NAME:
        raise ValueError(_("nama layanan lebih dari %(most)d huruf.") % {"most": MAX_NAME})
    channels = _channels()
    if channel and channel.lower() not in channels:
        labels = [str(label).lower() for label in ServiceChannel.labels]
        said = {"channel": channel[:MAX_NAME], "channels": ", ".join(labels)}
        raise ValueError(_("cara “%(channel)s” tidak dikenal; pilihannya %(channels)s.") % said)
    if licence.lower() not in _LICENCE:
        said = {"licence": licence[:MAX_NAME]}
        raise ValueError(_("“%(licence)s” tidak dikenal; tulis izin atau ya, atau kosongkan.") % said)
    return ServiceLine(name, channels.get(channel.lower(), ServiceChannel.DIRECT), _LICENCE[licence.lower()])


def _channels() -> dict[str, ServiceChannel]:
    """Return the channels by their names in every language: lists come in Indonesian also to who reads English."""
    names: dict[str, ServiceChannel] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            names |= {channel.label.lower(): channel for channel in ServiceChannel}
    return names


def _written(service: ServiceLine) -> str:
    cells = [service.name, str(service.channel.label), str(_("izin"))][: 3 if service.is_licence else 2]
    # A name from a spreadsheet may hold what otherwise separates.
    return ("\t" if ";" in service.name else "; ").join(cells)
