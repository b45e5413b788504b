"""What stands in the tables of a page?"""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class Tables(HTMLParser):
    """The tables of a page: rows of the texts of their cells, what is only for some readers left in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._empty = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self._cell = []
            self._empty = int(dict(attrs).get("colspan", 1)) - 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self._cell).replace("\N{NO-BREAK SPACE}", " ").split()))
            self.tables[-1][-1] += [""] * self._empty
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def on_screen(client: Client, url: str, first: str) -> list[list[str]]:
    """The table of a page whose titles, joined by bars, begin so, without titles."""
    tables = Tables(client.get(url).content.decode()).tables
    [header, *rows] = next(table for table in tables if table and " | ".join(table[0]).startswith(first))
    return [row for row in rows if len(row) == len(header)]
