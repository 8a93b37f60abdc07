"""``scrapbox.lock``: what a folder of ``.scrapbox`` files was made from.

Text, one JSON object a line, so that a difference in version control shows only real changes:
first the project, then one row a page, in the order of page ids (a rename moves no row), then
one row for each icon and each image that was asked for, in the order of their names.

.. code-block:: json

   {"scrapbox-lock": 1, "project": "garden", "exported": 1767225600, "private": false}
   {"id": "…", "title": "…", "file": "…", "created": 0, "updated": 0, "hash": "…", "lines": []}
   {"icon": "/garden/alice", "file": "_files/00112233445566778899aabbccddeeff.png"}
   {"image": "https://example.org/a.png", "file": "", "why": "404 Not Found"}

What is not said is left out: ``"url"`` of the first row where the wiki is https://scrapbox.io,
``"was"`` of a page that never had another title, ``"why"`` of a file that did arrive.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, get_args

LOCK_NAME = "scrapbox.lock"
VERSION = 1

PICTURE_FOLDER = "_files"
"""The folder beside a lock for the icons and images that were fetched."""
IMAGE_SUFFIXES = ("png", "jpg", "gif", "webp", "avif", "svg")
"""What the name of such a file may end in, after a dot."""
_FETCHED = re.compile(rf"{PICTURE_FOLDER}/[0-9a-f]{{32}}\.(?:{'|'.join(IMAGE_SUFFIXES)})")

PictureKind = Literal["icon", "image"]
_KINDS: tuple[PictureKind, ...] = get_args(PictureKind)


def is_picture_file(file: str) -> bool:
    """Whether *file* has the form of a fetched file's name: ``_files/``, hash, suffix.

    A lock may come from anywhere: nothing else is ever opened, shown or removed for it.
    """
    return _FETCHED.fullmatch(file) is not None


class LockError(ValueError):
    """The text is no lock file of this version; the message says where and why."""


@dataclass(frozen=True, slots=True)
class LockedPage:
    """One page: times are Unix seconds, ``hash`` is the SHA-256 of the file's bytes.

    ``file`` is relative to the lock file, with forward slashes; ``line_ids`` is empty or
    holds the id of each row of the file, the title's first; so does ``line_times`` with the
    times of each row's last change. ``was`` holds the earlier titles, the oldest first.
    """

    id: str
    title: str
    file: str
    created: int = 0
    updated: int = 0
    hash: str = ""
    line_ids: tuple[str, ...] = ()
    line_times: tuple[int, ...] = ()
    earlier_titles: tuple[str, ...] = ()

    def matches(self, text: str) -> bool:
        """Whether *text* is that of the file as it was locked, however lines end in it.

        In a file that was edited by hand, ids and times would slip to other lines.
        """
        if not self.hash:
            return True
        return self.hash == sha256(text.replace("\r\n", "\n").encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LockedPicture:
    """An icon or image that was asked for.

    ``name`` is ``/project/name`` of an icon, and of an image the address that it is fetched from,
    as :func:`.pictures.pictures_of` finds them on pages. ``file`` is relative to the lock file
    (see :func:`is_picture_file`); empty if there is none, and then ``why`` says the reason.
    """

    kind: PictureKind
    name: str
    file: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """A project's pages. ``private``: links to pages that are not here must not be made.

    ``exported`` is the time of the export, in Unix seconds; ``url`` the wiki's origin, empty for
    https://scrapbox.io.
    """

    project: str = ""
    exported: int = 0
    private: bool = False
    pages: tuple[LockedPage, ...] = ()
    pictures: tuple[LockedPicture, ...] = ()
    url: str = ""
    by_file: dict[str, LockedPage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_file", {page.file: page for page in self.pages})


def dump_lock(lock: Lock) -> str:
    """The text of a lock file; equal locks give equal text."""
    head: dict[str, object] = {
        "scrapbox-lock": VERSION,
        "project": lock.project,
        "exported": lock.exported,
        "private": lock.private,
    }
    if lock.url:
        head["url"] = lock.url
    pages = sorted(lock.pages, key=lambda page: (page.id, page.file))
    pictures = sorted(lock.pictures, key=lambda row: (row.kind, row.name, row.file))
    rows = [head, *map(_row, pages), *map(_picture_row, pictures)]
    return "".join(
        f"{json.dumps(row, ensure_ascii=False, separators=(', ', ': '))}\n" for row in rows
    )


def _row(page: LockedPage) -> dict[str, object]:
    row: dict[str, object] = {
        "id": page.id,
        "title": page.title,
        "file": page.file,
        "created": page.created,
        "updated": page.updated,
        "hash": page.hash,
    }
    if page.line_ids:
        row["lines"] = list(page.line_ids)
    if page.line_times:
        row["times"] = list(page.line_times)
    if page.earlier_titles:
        row["was"] = list(page.earlier_titles)
    return row


def _picture_row(picture: LockedPicture) -> dict[str, object]:
    row: dict[str, object] = {picture.kind: picture.name, "file": picture.file}
    if picture.why:
        row["why"] = picture.why
    return row


def load_lock(text: str) -> Lock:
    """Read the text of a lock file.

    :raises LockError: if it is not one, names the line.
    """
    rows = [line for line in text.split("\n") if line.strip()]
    if not rows:
        raise LockError("the lock file is empty")
    head = _object(rows[0], 1)
    if head.get("scrapbox-lock") != VERSION:
        raise LockError(f"line 1: not a lock file of version {VERSION}")
    pages: list[LockedPage] = []
    pictures: list[LockedPicture] = []
    for number, row in enumerate(rows[1:], 2):
        entry = _object(row, number)
        kind = next((kind for kind in _KINDS if kind in entry), None)
        if kind:
            pictures.append(_picture(entry, kind, number))
        else:
            pages.append(_page(entry, number))
    return Lock(
        project=_text(head, "project"),
        exported=_number(head, "exported"),
        private=head.get("private") is True,
        pages=tuple(pages),
        pictures=tuple(pictures),
        url=_text(head, "url"),
    )


def _page(entry: dict[str, object], number: int) -> LockedPage:
    if not _text(entry, "file"):
        raise LockError(f"line {number}: a page without a file")
    return LockedPage(
        id=_text(entry, "id"),
        title=_text(entry, "title"),
        file=_text(entry, "file"),
        created=_number(entry, "created"),
        updated=_number(entry, "updated"),
        hash=_text(entry, "hash"),
        line_ids=tuple(map(str, _list(entry, "lines"))),
        line_times=tuple(time if isinstance(time, int) else 0 for time in _list(entry, "times")),
        earlier_titles=tuple(
            title for title in _list(entry, "was") if title and isinstance(title, str)
        ),
    )


def _picture(entry: dict[str, object], kind: PictureKind, number: int) -> LockedPicture:
    name, file = _text(entry, kind), entry.get("file")
    if not name:
        raise LockError(f"line {number}: an {kind} without a name")
    if not isinstance(file, str) or (file and not is_picture_file(file)):
        raise LockError(f"line {number}: no fetched file: {file!r}")
    return LockedPicture(kind, name, file, _text(entry, "why"))


def _object(row: str, number: int) -> dict[str, object]:
    try:
        value = json.loads(row)
    except ValueError as error:
        raise LockError(f"line {number}: {error}") from error
    if not isinstance(value, dict):
        raise LockError(f"line {number}: not an object")
    return value


def _text(entry: dict[str, object], name: str) -> str:
    value = entry.get(name, "")
    return value if isinstance(value, str) else ""


def _list(entry: dict[str, object], name: str) -> list[object]:
    value = entry.get(name)
    return value if isinstance(value, list) else []


def _number(entry: dict[str, object], name: str) -> int:
    value = entry.get(name, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
