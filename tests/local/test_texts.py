"""Is every text there is in the English catalogue, translated, and is that what the product reads?"""

import re

from babel.messages.catalog import Message

from mpp_tracker.local import texts

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%s|\{\w*\}|</?\w+>")
CATALOGUE = texts.read()


def said(message: Message) -> list[tuple[str, str]]:
    """Return each form of a text with its English."""
    if isinstance(message.id, tuple):
        return list(zip(message.id, message.string, strict=True))
    return [(message.id, message.string)]


def placeholders(text: str) -> list[str]:
    """Return what is filled into a text, and what marks it up."""
    return sorted(PLACEHOLDER.findall(text))


def test_every_text_has_its_english() -> None:
    """`make texts` takes in what is missing and names it."""
    extracted = texts.extracted()

    assert {(text.context, text.id) for text in extracted} == {(text.context, text.id) for text in CATALOGUE}
    assert [text.id for text in texts.untranslated(CATALOGUE)] == []


def test_what_the_product_reads_is_what_the_catalogue_says() -> None:
    assert texts.COMPILED.read_bytes() == texts.compiled(texts.read())


def test_the_catalogue_is_written_as_make_texts_writes_it() -> None:
    assert texts.CATALOGUE.read_bytes() == texts.written(texts.updated())


def test_translations_keep_what_is_filled_in() -> None:
    pairs = [pair for message in CATALOGUE if message.id for pair in said(message)]

    lost = [pair for pair in pairs if placeholders(pair[0]) != placeholders(pair[1])]
    glued = [pair for pair in pairs if pair[0].strip() == pair[0] and pair[1].strip() != pair[1]]

    assert lost == []
    assert glued == []


def test_a_text_of_a_template_is_found_with_its_plural() -> None:
    both = ("%(count)s laporan", "%(count)s laporan")

    assert both in {message.id for message in texts.extracted()}
