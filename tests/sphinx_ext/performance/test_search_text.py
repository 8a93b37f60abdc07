"""Entries of a few documents are replaced in the text of the search index."""

from __future__ import annotations

import json
import random

import pytest

from sphinx_scrapbox.sphinx_ext.performance.search_text import (
    Documents,
    SearchText,
    UnknownTextError,
    replaced_terms,
)

ODD = ["titles", "docnames", "種", "a'b", 'say "so"', "back\\slash", "zz", "0"]


def _dumped(terms: dict[str, set[int]]) -> bytes:
    values = {
        term: min(found) if len(found) == 1 else sorted(found)
        for term, found in terms.items()
        if found
    }
    return json.dumps(values, separators=(",", ":"), sort_keys=True).encode()


@pytest.mark.parametrize("count", [1, 3, 20])
def test_terms_are_replaced_as_if_all_were_written_again(count: int) -> None:
    chance = random.Random(count)
    words = [*ODD, *(f"word{number}" for number in range(800))]
    terms = {word: set(chance.sample(range(300), chance.choice([1, 1, 2, 40]))) for word in words}
    changed = set(chance.sample(range(300), count))
    new = {
        word: set(chance.sample(sorted(changed), chance.randint(1, count)))
        for word in (*chance.sample(words, 60), "new", "Ωmega", *ODD[:3])
    }
    expected = {
        word: (terms.get(word, set()) - changed) | new.get(word, set())
        for word in terms.keys() | new.keys()
    }
    assert replaced_terms(_dumped(terms), changed, new) == _dumped(expected)


@pytest.mark.parametrize("text", [b"", b"Search.setIndex({})", b'Search.setIndex({"alltitles":{}'])
def test_other_texts_are_refused(text: bytes) -> None:
    with pytest.raises(UnknownTextError):
        SearchText(text)


def test_ambiguous_terms_are_refused() -> None:
    with pytest.raises(UnknownTextError):
        replaced_terms(b'{"a,":1}', {1}, {})


def test_documents_that_are_not_in_the_index_are_refused() -> None:
    members = {"docnames": ["a"], "filenames": ["a.md"], "titles": ["A"], "envversion": {}}
    tables = ("alltitles", "indexentries", "objects", "objnames", "objtypes", "terms")
    members |= {name: {} for name in (*tables, "titleterms")}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    index = SearchText(f"Search.setIndex({text})".encode())
    assert index.docnames == ["a"]
    with pytest.raises(UnknownTextError):
        index.replace(Documents({"b": "B"}, {"b": "b.md"}, {"b": []}, {}, {}))
