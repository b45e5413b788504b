"""Can what is asked in an address be answered at all?"""

from collections.abc import Iterable, Mapping

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

_NAMED = 10
"""So many parameters that are not known are named."""


def refuse_unknown(asked: QueryDict, known: Iterable[str]) -> None:
    """Refuse parameters by name that nothing reads, or that stand there twice.

    Raises:
        ValidationError: there are such.
    """
    known = set(known)
    names = ", ".join(sorted(known))
    wrong = {
        name: _("%(name)s: parameter ini tidak dikenal. Yang ada: %(known)s.") % {"name": name[:40], "known": names}
        for name in sorted(set(asked) - known)[:_NAMED]
    }
    for name in known & set(asked):
        if len(asked.getlist(name)) > 1:
            wrong[name] = _("%s: tulis satu kali saja.") % name
    if wrong:
        raise ValidationError(wrong)


def refuse_unreadable(path: Mapping[str, object], asked: QueryDict) -> None:
    """Refuse an address that holds what no text of the database can.

    Raises:
        Http404: nothing has such an address.
        ValidationError: a parameter has such a value.
    """
    wrong = [name for name, value in asked.items() if "\0" in value]
    if wrong:
        raise ValidationError({name: _("%s: memuat tanda yang tidak dapat dibaca.") % name[:40] for name in wrong})
    if any("\0" in str(part) for part in path.values()):
        raise Http404
