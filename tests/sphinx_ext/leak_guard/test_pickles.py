"""A pickle is read by its strings: its other bytes are no text, and do not hide any."""

from __future__ import annotations

import pickle
from io import BytesIO

import pytest

from sphinx_scrapbox.sphinx_ext.leak_guard.pickles import text_of_pickle
from sphinx_scrapbox.sphinx_ext.leak_guard.scanner import Scanner

SCANNER = Scanner(["Secret plan"], emails=True)
# Keys, the line number 64, the ends of two dictionaries, and a reference to an object.
INSTRUCTIONS = b"\x80\x04\x8c\x06sourceh\x02\x8c\x04lineK@uh.jX\xa9\0\0ub."


def words(data: bytes, name: str = "a.doctree") -> list[str]:
    return [leak.text for leak in SCANNER.in_file(name, data)]


def test_instructions_are_no_address() -> None:
    assert words(INSTRUCTIONS) == []
    assert words(b"\n" + INSTRUCTIONS) == ["linek@uh.jx"]  # as text, which it is not


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("size", [ord("a"), 300, 70_000])
def test_the_size_of_a_string_is_no_letter(protocol: int, size: int) -> None:
    strings = {"Secret plan".ljust(size, "."): b"Secret plan".ljust(size, b".")}
    assert words(pickle.dumps([strings, 10**30, 0.5], protocol)) == ["secret plan"] * 2


def test_strings_stand_apart() -> None:
    assert words(pickle.dumps(["Secret", "plan", "joe", "@", "garden.net.au"])) == []
    assert words(pickle.dumps(["Ask joe@garden.net.au\nin May."])) == ["joe@garden.net.au"]


def test_pages_of_the_pickle_builder_are_markup() -> None:
    page = {"title": "Plan", "body": "<p>Sec<b>ret</b> plan</p>"}
    assert words(pickle.dumps(page), "a.fpickle") == ["secret plan"]


@pytest.mark.parametrize("cut", [3, 40, 60])
def test_what_is_damaged_or_follows_is_text(cut: int) -> None:
    data = pickle.dumps(["a" * 50])
    for rest in (b"Secret plan", b"\xff\xffSecret plan", pickle.dumps(["Secret plan"])):
        assert words(data + rest) == ["secret plan"]
        assert words(data[:cut] + b"\xff\xff" + rest) == ["secret plan"]
    damaged = b"\x80\x05\x8d" + b"\xff" * 8 + b" Secret plan"  # a length beyond all memory
    assert words(damaged) == ["secret plan"]


def test_a_pickle_is_read_in_blocks() -> None:
    strings = [f"{number} of many" for number in range(100_000)]
    blocks = list(text_of_pickle(BytesIO(pickle.dumps(strings))))
    assert max(map(len, blocks)) < 400_000
    assert "".join(blocks).split("|\n")[:-1] == strings
