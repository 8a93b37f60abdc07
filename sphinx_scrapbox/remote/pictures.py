"""Icons and images of the pages in a snapshot, fetched so that a site can show its own copies.

What a file is, its bytes tell; see :mod:`.filetypes`. That there is none to be had is written
down too, with the reason, so that the next pull does not ask again. It asks for an icon when the
icon's page has changed, and otherwise for what it has not asked for yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from sphinx_scrapbox.formats.project import page_of
from sphinx_scrapbox.remote.api import Api, status_words
from sphinx_scrapbox.remote.client import Client, Reply
from sphinx_scrapbox.remote.errors import ClientError, StopError
from sphinx_scrapbox.remote.pull import Progress, Snapshot, as_page
from sphinx_scrapbox.remote.stage import Stage
from sphinx_scrapbox.snapshot.folder import SnapshotFolder, picture_file_name
from sphinx_scrapbox.snapshot.image_types import MAX_IMAGE_BYTES, InvalidImageError, image_type
from sphinx_scrapbox.snapshot.lockfile import LockedPage, LockedPicture, PictureKind
from sphinx_scrapbox.wiki.ast import (
    Icon,
    Image,
    Page,
    walk,
)
from sphinx_scrapbox.wiki.titles import join_target, key, split_target
from sphinx_scrapbox.wiki.urls import icon_url, image_url

_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_MOST_FAULTS = 3  # of one host, until it is left in peace


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Rows for the lock, what the files hold that they name, and what is worth a note."""

    rows: tuple[LockedPicture, ...]
    files: Mapping[str, Path]
    notes: tuple[str, ...]


class _Wish(NamedTuple):
    """A picture to ask for; ``stamp`` changes when another answer is to be expected."""

    kind: PictureKind
    name: str
    url: str
    stamp: str
    anonymous: bool


@dataclass(slots=True)
class _Answer:
    """``path`` holds a picture of the type ``suffix``; or there is none, and ``why``.

    ``lasting``: so it will be the next time.
    """

    path: Path | None = None
    suffix: str = ""
    why: str = ""
    lasting: bool = True


def mirror(
    api: Api,
    store: SnapshotFolder,
    stage: Stage,
    snapshot: Snapshot,
    kinds: Iterable[PictureKind],
    *,
    public: bool,
    afresh: bool = False,
    progress: Progress,
) -> Mirrored:
    """Ask for the pictures of these *kinds* that the folder lacks.

    :param public: whether the project is; then nothing of it needs a credential.
    :param afresh: ask for all of them, be they here or known to be nowhere.
    :raises SnapshotError: if they cannot be kept.
    :raises FolderError: if the folder cannot be read.
    """
    kinds = frozenset(kinds)
    if not kinds:
        return Mirrored((), {}, ())
    changed = {} if afresh else _changed(store, snapshot)
    known = {_identity(row.kind, row.name): row for row in store.kept_pictures()}
    rows: list[LockedPicture] = []
    wishes: list[_Wish] = []
    for wish in _wishes(api, snapshot, _trees(api, store, snapshot, kinds), kinds, public):
        old = known.get(_identity(wish.kind, wish.name))
        if old and not afresh and _stands(store, old, wish, api, changed):
            rows.append(replace(old, name=wish.name))
        else:
            wishes.append(wish)
    with progress(len(wishes)) as step:
        answers = _Fetch(api.client, stage).all(wishes, step)
    files: dict[str, Path] = {}
    notes: list[str] = []
    for wish, answer in zip(wishes, answers, strict=True):
        old = known.get(_identity(wish.kind, wish.name))
        if answer.path:
            file = picture_file_name(answer.path, answer.suffix)
            files[file] = answer.path
            rows.append(LockedPicture(wish.kind, wish.name, file))
        elif answer.lasting:
            rows.append(LockedPicture(wish.kind, wish.name, "", answer.why))
        else:
            notes.append(f"{wish.kind} {wish.name}: {answer.why}; the next pull asks again")
            if old and old.file and store.holds(old.file):
                # Better an old one than none; with a reason, it is asked for again.
                rows.append(replace(old, name=wish.name, why="not asked for again yet"))
    return Mirrored(tuple(rows), files, tuple(notes))


def _identity(kind: PictureKind, name: str) -> tuple[PictureKind, str]:
    return kind, key(name) if kind == "icon" else name


def _changed(store: SnapshotFolder, snapshot: Snapshot) -> dict[str, int]:
    """Keys of all titles whose page is another than in the folder, with its time; 0 if gone."""
    before = {row.id: row for row in store.lock.pages}
    found: dict[str, int] = {}
    for page in snapshot.everything:
        old = before.pop(page.id, None)
        if old is None or (old.updated, old.title) != (page.updated, page.title):
            found[key(page.title)] = page.updated
            if old:
                found.setdefault(key(old.title), page.updated)
    for old in before.values():
        found.setdefault(key(old.title), 0)
    return found


def _stands(
    store: SnapshotFolder, row: LockedPicture, wish: _Wish, api: Api, changed: Mapping[str, int]
) -> bool:
    """Whether what is known of a picture still counts."""
    if wish.kind == "icon":
        project, name = split_target(wish.name)
        if key(project) == key(api.project) and key(name) in changed:
            return False
    return store.holds(row.file) and not row.why if row.file else bool(row.why)


def _wishes(
    api: Api,
    snapshot: Snapshot,
    trees: Iterable[Page],
    kinds: frozenset[PictureKind],
    public: bool,
) -> Iterator[_Wish]:
    # What only this reader may see of other projects is not for a site: a credential is for the
    # project's own icons, and for files that are in no project's name.
    times = {key(page.title): page.updated for page in snapshot.everything}
    found = pictures_of(trees)
    if "icon" in kinds:
        for name in found.icons:
            project, title = split_target(name)
            own = key(project) == key(api.project)
            url = icon_url(project, title, origin=api.client.origin)
            stamp = str(times.get(key(title), 0)) if own else ""
            yield _Wish("icon", name, url, stamp, public or not own)
    if "image" in kinds:
        for address in found.images:
            own = address.startswith(f"{api.client.origin}/files/")
            yield _Wish("image", address, address, "", public or not own)


def _trees(
    api: Api, store: SnapshotFolder, snapshot: Snapshot, kinds: frozenset[PictureKind]
) -> Iterator[Page]:
    """The pages that may show pictures, as they will be in the folder."""
    signs = [sign for kind, sign in (("icon", ".icon"), ("image", "://")) if kind in kinds]
    for page in snapshot.everything:
        if isinstance(page, LockedPage):
            page = as_page(store, page)
        if any(sign in row for row in page.rows for sign in signs):
            yield page_of(page, project=api.project)


@dataclass(slots=True)
class _Fetch:
    """Asks for pictures, a few at a time."""

    client: Client
    stage: Stage
    faults: dict[str, int] = field(default_factory=dict)
    stopped: str = ""

    def all(self, wishes: Sequence[_Wish], step: Callable[[], object]) -> list[_Answer]:
        """An answer for each wish, in their order."""
        with ThreadPoolExecutor(self.client.pace.connections) as pool:
            try:
                futures: list[Future[_Answer]] = [pool.submit(self.one, one) for one in wishes]
                for _ in as_completed(futures):
                    step()
                return [future.result() for future in futures]
            except BaseException:
                self.client.stop()
                pool.shutdown(cancel_futures=True)
                raise

    def one(self, wish: _Wish) -> _Answer:
        name = f"{wish.kind} {wish.name} {wish.stamp}"
        path = self.stage.picture(name)
        if path.is_file() and (answer := self._look(path)).suffix:
            answer.path = path
            return answer
        if self.stopped:
            return _Answer(why=self.stopped, lasting=False)
        host = wish.url.partition("://")[2].partition("/")[0]
        if self.faults.get(host, 0) >= _MOST_FAULTS:
            return _Answer(why=f"{host}, or where it leads, does not answer", lasting=False)
        try:
            reply = self.client.get(
                wish.url,
                _check,
                what=f"{wish.kind} {wish.name}",
                most=MAX_IMAGE_BYTES,
                accept="image/avif,image/webp,image/*;q=0.9",
                abroad=True,
                anonymous=wish.anonymous,
            )
        except ClientError as error:
            if isinstance(error, StopError):
                self.stopped = error.why
            elif not error.lasting:
                self.faults[host] = self.faults.get(host, 0) + 1
            return _Answer(why=self.client.hide(error.why), lasting=error.lasting)
        if reply.status != HTTPStatus.OK:
            return _Answer(why=status_words(reply.status))
        answer = self._look(reply.data)
        if answer.suffix:
            answer.path = self.stage.put_picture(name, reply.data)
        return answer

    def _look(self, data: bytes | Path) -> _Answer:
        try:
            return _Answer(suffix=image_type(data))
        except InvalidImageError as error:
            return _Answer(why=str(error))


def _check(reply: Reply) -> Reply:
    if reply.status in _PASSING or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ClientError("", status_words(reply.status))
    return reply


class Pictures(NamedTuple):
    """``icons``: ``/project/name`` of each, as first written. ``images``: where each is fetched.

    Such are the names that a lock file's rows have (:class:`.lockfile.LockedPicture`).
    """

    icons: tuple[str, ...]
    images: tuple[str, ...]


def pictures_of(pages: Iterable[Page]) -> Pictures:
    """The icons and images of *pages*, each once, in the order of their names.

    An icon without a project is of its page's own; if that is not known, it is left out. So is
    an image that no page may show, such as one at a ``data:`` address.
    """
    icons: dict[str, str] = {}
    images: set[str] = set()
    for page in pages:
        for node in walk(page):
            if isinstance(node, Icon):
                if project := node.project or page.project:
                    name = join_target(project, node.name)
                    icons.setdefault(key(name), name)
            elif isinstance(node, Image) and (address := image_url(node.src)):
                images.add(address)
    return Pictures(tuple(icons[name] for name in sorted(icons)), tuple(sorted(images)))
