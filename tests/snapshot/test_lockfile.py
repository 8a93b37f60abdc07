"""``scrapbox.lock``: what is written is read again; what is no lock is told apart."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.snapshot.lockfile import (
    IMAGE_SUFFIXES,
    Lock,
    LockedPage,
    LockedPicture,
    LockError,
    dump_lock,
    is_picture_file,
    load_lock,
)

HASH = "00112233445566778899aabbccddeeff"
HEAD = '{"scrapbox-lock": 1, "project": "garden", "exported": 5, "private": false}\n'

text = st.text(st.characters(exclude_categories=["Cs"]))
name = text.filter(bool)
files = st.builds(
    LockedPicture,
    st.sampled_from(["icon", "image"]),
    name,
    st.sampled_from(["", *(f"_files/{HASH}.{suffix}" for suffix in IMAGE_SUFFIXES)]),
    text,
)
pages = st.builds(
    LockedPage,
    text,
    text,
    name,
    st.integers(),
    st.integers(),
    text,
    st.lists(text).map(tuple),
    st.lists(st.integers()).map(tuple),
    st.lists(name).map(tuple),
)


@given(
    st.builds(
        Lock,
        text,
        st.integers(),
        st.booleans(),
        st.lists(pages, max_size=3, unique_by=lambda page: page.id).map(tuple),
        st.lists(files, max_size=3, unique_by=lambda file: (file.kind, file.name)).map(tuple),
        text,
    )
)
def test_round_trip(lock: Lock) -> None:
    written = dump_lock(lock)
    read = load_lock(written)
    assert dump_lock(read) == written
    assert sorted(read.pages, key=str) == sorted(lock.pages, key=str)
    assert sorted(read.pictures, key=str) == sorted(lock.pictures, key=str)
    assert (read.project, read.exported, read.private) == (
        lock.project,
        lock.exported,
        lock.private,
    )
    assert read.url == lock.url


def test_what_is_not_there_is_not_written() -> None:
    row = LockedPage("1", "Soil", "Soil.scrapbox")
    assert dump_lock(Lock("garden", 5, pages=(row,))) == HEAD + (
        '{"id": "1", "title": "Soil", "file": "Soil.scrapbox", "created": 0, "updated": 0,'
        ' "hash": ""}\n'
    )


def test_the_form() -> None:
    lock = Lock(
        "garden",
        5,
        pages=(LockedPage("1", "Soil", "Soil.scrapbox", earlier_titles=("Earth", "Ground")),),
        pictures=(
            LockedPicture("image", "https://example.org/b", "", "404 Not Found"),
            LockedPicture("image", "https://example.org/a", f"_files/{HASH}.jpg"),
            LockedPicture("icon", "/garden/alice", f"_files/{HASH}.png"),
        ),
        url="https://wiki.example.org",
    )
    rows = [json.loads(row) for row in dump_lock(lock).splitlines()]
    assert rows[0]["url"] == "https://wiki.example.org"
    assert rows[1]["was"] == ["Earth", "Ground"]
    assert rows[2:] == [
        {"icon": "/garden/alice", "file": f"_files/{HASH}.png"},
        {"image": "https://example.org/a", "file": f"_files/{HASH}.jpg"},
        {"image": "https://example.org/b", "file": "", "why": "404 Not Found"},
    ]


@pytest.mark.parametrize(
    "file",
    [
        "_files/../../etc/passwd",
        f"_files/../_files/{HASH}.png",
        f"/_files/{HASH}.png",
        f"_files//{HASH}.png",
        f"_files\\{HASH}.png",
        f"{HASH}.png",
        f"_files/{HASH}.html",
        f"_files/{HASH}.png\n",
        f"_files/{HASH[1:]}.png",
        f"_files/{HASH.upper()}.png",
        "_files/conf.py",
        "Soil.scrapbox",
    ],
)
def test_only_fetched_files_are_named(file: str) -> None:
    assert not is_picture_file(file)
    row = json.dumps({"image": "https://example.org/a", "file": file})
    with pytest.raises(LockError, match="line 2: not the file of a picture"):
        load_lock(HEAD + row)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"icon": "", "file": ""}', "an icon without a name"),
        ('{"image": 7, "file": ""}', "an image without a name"),
        ('{"icon": "/garden/alice"}', "not the file of a picture: None"),
        ('{"icon": "/garden/alice", "file": ["a"]}', "not the file of a picture"),
        ('{"title": "Soil"}', "a page has no file"),
        ("[]", "not an object"),
    ],
)
def test_unusable_rows(row: str, message: str) -> None:
    with pytest.raises(LockError, match=f"^line 2: {message}"):
        load_lock(HEAD + row)


def test_nonsense_that_can_be_left_out() -> None:
    lock = load_lock(
        '{"scrapbox-lock": 1, "project": 7, "exported": true, "private": 1, "url": []}\n\n'
        '{"id": 3, "file": "a.scrapbox", "was": ["", 5, null, "Earth"], "lines": 8}\n'
        f'{{"icon": "/garden/alice", "file": "_files/{HASH}.png", "why": 9, "more": 1}}\n'
        '{"id": "4", "file": "b.scrapbox", "was": "Earth"}\n'
    )
    assert lock == Lock(
        pages=(
            LockedPage("", "", "a.scrapbox", earlier_titles=("Earth",)),
            LockedPage("4", "", "b.scrapbox"),
        ),
        pictures=(LockedPicture("icon", "/garden/alice", f"_files/{HASH}.png"),),
    )


def test_line_ends_of_windows_do_not_count() -> None:
    """Git may change them at checkout; the hash is that of the file as it was written."""
    text = "Soil\n Compost\n"
    page = LockedPage("1", "Soil", "Soil.scrapbox", hash=sha256(text.encode()).hexdigest())
    assert page.matches(text)
    assert page.matches(text.replace("\n", "\r\n"))
    assert not page.matches(text.replace("\n", "\r"))
    assert not page.matches("Soil\n compost\n")
    assert LockedPage("1", "Soil", "Soil.scrapbox").matches("anything")
