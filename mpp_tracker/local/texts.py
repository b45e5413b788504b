"""How do the texts of the code and the templates get into the English catalogue, and what is still untranslated?

`make texts` takes what is new into `locale/en/LC_MESSAGES/django.po`, drops what is gone, compiles `django.mo` beside
it and prints what has no English yet. Babel does all of it, so nothing but Python is needed. Both files are in git:
what runs needs only the compiled one.
"""

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from mpp_tracker.local.environment import ROOT

APPS = ("accounts", "regions", "commitments", "taskforce", "dashboard", "mpp_tracker")
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
# No dates, no line numbers: two branches that add texts touch different lines.
HEADER = r"""msgid ""
msgstr ""
"Language: en\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
LONG_AGO = datetime(2017, 1, 1, tzinfo=UTC)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sources() -> Iterator[str]:
    """Yield every file that may hold texts, as Python: a template as Django turns it into such."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.read_text()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".typ"}:
            code = templatize(path.read_text(), origin=path.name)
            # What stands between the texts is no Python; its indentation would stop the reader.
            yield re.sub(r"^\s+", "", code, flags=re.MULTILINE)


def extracted() -> Catalog:
    """Return every text there is, untranslated."""
    catalogue = Catalog(locale="en", fuzzy=False)
    for source in sources():
        for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            catalogue.add(text, context=context)
    return catalogue


def read() -> Catalog:
    """Return the English catalogue as it is in git."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def updated() -> Catalog:
    """Return the English catalogue with exactly the texts there are, guessing none."""
    catalogue = read() if CATALOGUE.exists() else Catalog(locale="en", fuzzy=False)
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return the catalogue as the file in git holds it."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER.encode() + file.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as the product reads it."""
    # Babel would note when that was, and the same texts would give another file.
    catalogue.creation_date = catalogue.revision_date = LONG_AGO
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    """Return the texts that have no English, or one that is only guessed."""
    return [message for message in catalogue if message.id and (message.fuzzy or not _is_complete(message))]


def _is_complete(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def main() -> int:
    """Bring both files up to date; return 1 when a text has no English yet."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue = updated()
    CATALOGUE.write_bytes(written(catalogue))
    COMPILED.write_bytes(compiled(catalogue))
    missing = untranslated(catalogue)
    for message in missing:
        print(message.id)
    print(f"{len(catalogue)} texts, {len(missing)} of them without English (empty msgstr in {CATALOGUE}).")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
