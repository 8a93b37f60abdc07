"""Names for files: fit for every system, short enough, and told apart where titles are."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sphinx_scrapbox.snapshot.filenames import Host, file_key, file_stem, refusals

NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "<>:\"/\\|?*'`&{}. \t\n\r\0\x7f\x85\u200b\u200d\u202e\u2028\ufeff\ud800é\u0301"
        ),
    ),
    max_size=80,
)
DEVICES = st.builds(
    lambda name, tail: name + tail,
    st.sampled_from("CON prn Aux nul COM1 com¹ LPT9 conin$ CLOCK$".split()),
    st.sampled_from(["", ".", ".txt", " ", " .x", "...", "\u200b", "/", "x"]),
)
WINDOWS_DEVICE = re.compile(
    r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(\..*)?",
    re.IGNORECASE | re.DOTALL,
)


@given(st.one_of(NASTY, DEVICES), st.sampled_from(["", "salt"]))
@example("../../x", "")
@example("", "")
@example("...", "")
@example("con", "")
@example("a" * 110 + "あ", "")
@example("e\u200b\u0301", "")
@example("👨\u200d👩\u200d👧" * 20, "salt")
def test_safe_everywhere(title: str, salt: str) -> None:
    stem = file_stem(title, salt=salt)
    name = f"{stem}.scrapbox"
    assert stem
    assert len(name.encode()) <= 120
    assert not re.search(r'[<>:"/\\|?*\'`&{}\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]', name)
    assert stem[-1] != "."
    assert stem.strip() == stem
    assert stem[0] != "."
    assert not WINDOWS_DEVICE.fullmatch(stem)
    assert not WINDOWS_DEVICE.fullmatch(name)
    assert unicodedata.normalize("NFC", name) == name
    assert Path(name).name == name
    assert file_stem(title, salt=salt) == stem
    assert refusals(stem) == refusals(name) == []


@given(st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=9))
def test_the_form_of_accents_does_not_count(title: str) -> None:
    forms = (unicodedata.normalize(form, title) for form in ("NFC", "NFD"))
    assert len({file_stem(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Compost", "Compost"),
        ("種まきの順番", "種まきの順番"),
        ("🌱 2024-03-09 07:10", "🌱 2024-03-09 07-10"),
        ("a/b\\c", "a-b-c"),
        ("Don't panic", "Don-t panic"),
        ("x';alert(1);'", "x-;alert(1);-"),
        ("`R&D` {{ 7*7 }} ${x}", "-R-D- -- 7-7 -- $-x-"),
        ("../../x", "-.-..-x"),
        (".hidden", "-hidden"),
        ("the end.", "the end"),
        ("  between  ", "between"),
        ("two\nlines", "two lines"),
        ("con", "_con"),
        ("Com1.notes", "_Com1.notes"),
        ("console", "console"),
        ("nul\u200b", "_nul"),
        ("cafe\u0301", "caf\u00e9"),
        ("C#", "C-"),
        ("100%", "100%"),
    ],
)
def test_examples(title: str, stem: str) -> None:
    assert file_stem(title) == stem


def test_long_titles_stay_apart() -> None:
    one, two = (file_stem("土" * 60 + end) for end in "ab")
    assert one != two
    assert len(one.encode()) <= 111
    assert one.startswith("土" * 30)


def test_titles_without_a_letter_stay_apart() -> None:
    names = {file_stem(title) for title in ("", ".", "...", "\u200b")}
    assert len(names) == 4
    assert all(re.fullmatch(r"page-[0-9a-f]{8}", name) for name in names)


def test_long_runs_take_linear_time() -> None:
    assert len(file_stem(". " * 500_000 + "x").encode()) <= 111


@pytest.mark.parametrize(
    ("one", "two"), [("Leaf", "LEAF"), ("caf\u00e9", "cafe\u0301"), ("Straße", "STRASSE")]
)
def test_file_key(one: str, two: str) -> None:
    assert file_key(one) == file_key(two)


@given(NASTY)
def test_file_key_is_settled(name: str) -> None:
    assert file_key(file_key(name)) == file_key(name)


@pytest.mark.parametrize("name", ["nishio", "villagepump"])
def test_real_titles(shared: Path, name: str) -> None:
    data = json.loads((shared / "native" / f"{name}.json").read_bytes())
    for page in data["pages"]:
        stem = file_stem(page["title"])
        assert len(stem.encode()) <= 111
        assert not WINDOWS_DEVICE.fullmatch(stem)


@pytest.mark.parametrize(
    ("name", "hosts"),
    [
        ("Compost", set()),
        ("種まき、100% & more", set()),
        ("C#", {Host.NETLIFY}),
        ("Why?", set(Host)),
        ("10:15", {Host.GITHUB, Host.WINDOWS, Host.EPUB}),
        ("a\\b", {Host.WINDOWS, Host.EPUB}),
        ("the end.", {Host.WINDOWS, Host.EPUB}),
        ("the end ", {Host.WINDOWS}),
        ("nul", {Host.WINDOWS}),
        ("\x7f", {Host.EPUB}),
    ],
)
def test_which_hosts_refuse_a_name(name: str, hosts: set[Host]) -> None:
    assert {host for host in Host if refusals(name, [host])} == hosts


def test_what_no_file_system_takes() -> None:
    assert refusals("\udc80", []) == ["the name is not UTF-8"]
    assert "bytes is too long" in refusals("長" * 82, [])[0]
