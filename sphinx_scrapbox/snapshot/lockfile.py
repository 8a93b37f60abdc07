"""``scrapbox.lock``: where the pages and pictures in a folder come from.

A text file with one JSON object a line, so that diffs in version control stay small: first the
project, then a row for each page, sorted by page id (a rename moves no row), then a row for each
requested icon and image, sorted by name.

.. code-block:: json

   {"scrapbox-lock": 1, "project": "garden", "exported": 1767225600, "private": false}
   {"id": "…", "title": "…", "file": "…", "created": 0, "updated": 0, "hash": "…", "lines": []}
   {"icon": "/garden/alice", "file": "_files/00112233445566778899aabbccddeeff.png"}
   {"image": "https://example.org/a.png", "file": "", "why": "404 Not Found"}

Fields without content are left out: ``"url"`` of the wiki https://scrapbox.io, ``"language"`` of
the project (such as ``"ja"``), which is added by hand, ``"was"`` of a page without earlier titles,
``"why"`` of a picture that was downloaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, get_args

from sphinx_scrapbox.formats.untrusted_json import InvalidJsonError, load_json
from sphinx_scrapbox.wiki.text import cut, is_language_tag, without_surrogates
from sphinx_scrapbox.wiki.urls import safe_url

LOCK_NAME = "scrapbox.lock"
VERSION = 1

PICTURE_FOLDER = "_files"
"""The folder beside a lock that holds the downloaded icons and images."""
IMAGE_SUFFIXES = ("png", "jpg", "gif", "webp", "avif", "svg")
"""The suffixes of such files, without dot."""
_FETCHED = re.compile(rf"{PICTURE_FOLDER}/[0-9a-f]{{32}}\.(?:{'|'.join(IMAGE_SUFFIXES)})")

PictureKind = Literal["icon", "image"]
_KINDS: tuple[PictureKind, ...] = get_args(PictureKind)

_MAX_LINE = 16 * 1024 * 1024  # characters; the row of a page of 10,000 lines has 400,000
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")
_MAX_DEPTH = 10  # a row with lists has two levels; later versions may have more


def is_picture_file(file: str) -> bool:
    """Whether *file* has the form ``_files/HASH.suffix``.

    Locks are not trusted: no other file is ever opened, shown or removed because of one.
    """
    return _FETCHED.fullmatch(file) is not None


class LockError(ValueError):
    """The text is not a lock file of this version; the message says where and why."""


def damage_report(place: object, error: LockError) -> str:
    """A message on the lock file *place* that cannot be read, and what to do about it."""
    return (
        f"{place}: {error}. This lock file is damaged: restore it from version control, or remove "
        "its folder and pull or unpack the pages again"
    )


@dataclass(frozen=True, slots=True)
class LockedPage:
    """The row of a page. Times are Unix seconds; ``hash`` is the SHA-256 of the file's bytes.

    ``file`` is relative to the lock file, with forward slashes. ``line_ids`` and ``line_times``
    are empty, or hold the id and the time of the last change of each line, the title's first.
    ``earlier_titles`` begin with the oldest.
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
        """Whether *text* has the hash of the row, whatever its line ends are.

        In a file that was edited by hand, ids and times would belong to other lines.
        """
        if not self.hash:
            return True
        return self.hash == sha256(text.replace("\r\n", "\n").encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LockedPicture:
    """The row of a requested icon or image.

    ``name`` is ``/project/name`` of an icon, or the address of an image as it stands on a page.
    ``file`` is relative to the lock file (see :func:`is_picture_file`); if it is empty, ``why``
    says the reason.
    """

    kind: PictureKind
    name: str
    file: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The content of a lock file.

    ``exported`` is the time of the export in Unix seconds. With ``private``, missing pages
    must not become links to the wiki. ``url`` is the origin of the wiki, empty for https://scrapbox.io.
    ``language`` is the BCP 47 tag of the language of the pages, if somebody added it.
    """

    project: str = ""
    exported: int = 0
    private: bool = False
    pages: tuple[LockedPage, ...] = ()
    pictures: tuple[LockedPicture, ...] = ()
    url: str = ""
    language: str = ""
    by_file: dict[str, LockedPage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_file", {page.file: page for page in self.pages})

    @property
    def origin(self) -> str:
        """The wiki's host; "" if ``url`` names none that may be linked to."""
        is_web = self.url.lower().startswith(("http://", "https://"))
        return (safe_url(self.url.rstrip("/")) or "") if is_web else ""


def nearest_folder(folders: Container[str], file: str) -> str | None:
    """The folder of *folders* that *file* is in, directly or as near as possible above it.

    Folders end in a slash; "" is the top. The lock of a page is the one in that folder.

    >>> nearest_folder({"", "a/"}, "a/b/c.scrapbox")
    'a/'
    """
    folder = file
    while folder:
        folder = folder.removesuffix("/").rpartition("/")[0]
        folder = f"{folder}/" if folder else ""
        if folder in folders:
            return folder
    return None


def dump_lock(lock: Lock) -> str:
    """The text of a lock file; equal locks give equal text."""
    head: dict[str, object] = {"scrapbox-lock": VERSION, "project": lock.project}
    head |= {"exported": lock.exported, "private": lock.private}
    head |= {"url": lock.url} if lock.url else {}
    head |= {"language": lock.language} if lock.language else {}
    pages = sorted(lock.pages, key=lambda page: (page.id, page.file))
    pictures = sorted(lock.pictures, key=lambda row: (row.kind, row.name, row.file))
    rows = [head, *map(_row, pages), *map(_picture_row, pictures)]
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _row(page: LockedPage) -> dict[str, object]:
    names = ("id", "title", "file", "created", "updated", "hash")
    row: dict[str, object] = {name: getattr(page, name) for name in names}
    lists = {"lines": page.line_ids, "times": page.line_times, "was": page.earlier_titles}
    return row | {name: list(values) for name, values in lists.items() if values}


def _picture_row(picture: LockedPicture) -> dict[str, object]:
    row: dict[str, object] = {picture.kind: picture.name, "file": picture.file}
    return row | ({"why": picture.why} if picture.why else {})


def load_lock(text: str | bytes) -> Lock:
    """Read the text of a lock file, which is not trusted: anyone may have written it.

    :raises LockError: if it is not valid; the message names the line.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise LockError(f"not UTF-8 at byte {error.start}") from error
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
        if kind := next((kind for kind in _KINDS if kind in entry), None):
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
        language=language if is_language_tag(language := _text(head, "language")) else "",
    )


def _page(entry: dict[str, object], number: int) -> LockedPage:
    file = _text(entry, "file")
    if not file:
        raise LockError(f"line {number}: a page has no file")
    titles = (without_surrogates(old) for old in _list(entry, "was") if isinstance(old, str))
    return LockedPage(
        id=_text(entry, "id"),
        title=_text(entry, "title"),
        file=file,
        created=_number(entry, "created"),
        updated=_number(entry, "updated"),
        hash=_text(entry, "hash"),
        line_ids=tuple(without_surrogates(str(line)) for line in _list(entry, "lines")),
        line_times=tuple(time if isinstance(time, int) else 0 for time in _list(entry, "times")),
        earlier_titles=tuple(filter(None, titles)),
    )


def _picture(entry: dict[str, object], kind: PictureKind, number: int) -> LockedPicture:
    name, file = _text(entry, kind), entry.get("file")
    if not name:
        raise LockError(f"line {number}: an {kind} without a name")
    if not isinstance(file, str) or (file and not is_picture_file(file)):
        raise LockError(f"line {number}: not the file of a picture: {cut(repr(file), 100)}")
    return LockedPicture(kind, name, file, _text(entry, "why"))


def _object(row: str, number: int) -> dict[str, object]:
    if row.startswith(_CONFLICT):
        raise LockError(f"line {number}: a merge conflict: choose one side")
    if len(row) > _MAX_LINE:
        raise LockError(f"line {number}: longer than {_MAX_LINE:,} characters")
    try:
        value = load_json(row, max_depth=_MAX_DEPTH)
    except InvalidJsonError as error:
        raise LockError(f"line {number}: {error}") from error
    if not isinstance(value, dict):
        raise LockError(f"line {number}: not an object")
    return value


def _text(entry: dict[str, object], name: str) -> str:
    value = entry.get(name, "")
    return without_surrogates(value) if isinstance(value, str) else ""


def _list(entry: dict[str, object], name: str) -> list[object]:
    value = entry.get(name)
    return value if isinstance(value, list) else []


def _number(entry: dict[str, object], name: str) -> int:
    value = entry.get(name, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def project_above(projects: Mapping[str, str], folder: str) -> str:
    """The project of the lock file in a folder, or else above it; "" if there is none.

    :param projects: those of lock files by folder, with a slash at the end.
    """
    nearest = nearest_folder(projects, f"{folder}/{LOCK_NAME}" if folder else LOCK_NAME)
    return "" if nearest is None else projects[nearest]
