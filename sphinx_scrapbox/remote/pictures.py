"""Icons and images of the pages in a snapshot, fetched so that a site can show its own copies.

The type of a file is read off its bytes (:mod:`sphinx_scrapbox.snapshot.image_types`). A picture
that does not exist is recorded with the reason, and not requested again. An icon is requested
again when the page of that name changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from sphinx_scrapbox.formats.project import page_of
from sphinx_scrapbox.remote.api import Api, status_words
from sphinx_scrapbox.remote.client import Client, Reply
from sphinx_scrapbox.remote.errors import ClientError, StopError
from sphinx_scrapbox.remote.pull import Progress, PulledSnapshot, as_page
from sphinx_scrapbox.remote.stage import Stage
from sphinx_scrapbox.snapshot.filenames import picture_file_name
from sphinx_scrapbox.snapshot.folder import SnapshotFolder
from sphinx_scrapbox.snapshot.image_types import MAX_IMAGE_BYTES, InvalidImageError, image_type
from sphinx_scrapbox.snapshot.lockfile import LockedPage, LockedPicture, PictureKind
from sphinx_scrapbox.wiki.ast import ExternalLink, Icon, Image, Page, walk
from sphinx_scrapbox.wiki.titles import join_target, key, split_target
from sphinx_scrapbox.wiki.urls import icon_url, image_url, player_of, still_url

_TEMPORARY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_MAX_REASONS = 4
_NO_ANSWER = "the server does not answer"
_MAX_FAILURES = 3  # of one host; after that it is not asked again


class FetchedPictures(NamedTuple):
    """Rows for the lock, the stored file of each file name in them, and notes for the user.

    ``wanted`` is the number of pictures that pages show, ``missing`` has how many of them there
    are not, by reason.
    """

    rows: tuple[LockedPicture, ...]
    files: Mapping[str, Path]
    notes: tuple[str, ...]
    wanted: int = 0
    missing: Mapping[str, int] = {}


def missing_pictures(pictures: FetchedPictures) -> str:
    """One line that says how many pictures there are not, and why."""
    reasons = sorted(pictures.missing.items(), key=lambda item: (-item[1], item[0]))
    words = [f"{why}: {count}" for why, count in reasons[:_MAX_REASONS]]
    if others := sum(count for _, count in reasons[_MAX_REASONS:]):
        words.append(f"other reasons: {others}")
    missing = sum(pictures.missing.values())
    return f"pictures: {missing} of {pictures.wanted} could not be fetched ({'; '.join(words)})"


class _Request(NamedTuple):
    """A picture to request. *version* changes when a new answer is to be expected."""

    kind: PictureKind
    name: str
    url: str
    version: str
    anonymous: bool


@dataclass(slots=True)
class _Answer:
    """A picture of the type *suffix* at *path*, or the reason why there is none.

    ``permanent``: asking again will give the same answer.
    """

    path: Path | None = None
    suffix: str = ""
    why: str = ""
    permanent: bool = True
    summary: str = ""
    """The reason without the name of the host, to count equal ones."""


@dataclass(frozen=True, slots=True)
class PictureDownload:
    """Fetches the pictures of a snapshot that the folder lacks.

    ``public``: the project is public, so its pictures need no credential. ``refresh``: request
    all pictures again, also those known not to exist.
    """

    api: Api
    store: SnapshotFolder
    stage: Stage
    snapshot: PulledSnapshot
    public: bool
    refresh: bool = False

    def run(self, kinds: frozenset[PictureKind], progress: Progress) -> FetchedPictures:
        """Fetch the pictures of these *kinds*.

        :raises PullError: if a picture cannot be stored.
        :raises FolderError: if the folder cannot be read.
        """
        if not kinds:
            return FetchedPictures((), {}, ())
        changed = {} if self.refresh else self._changed_pages()
        stored = {_identity(row.kind, row.name): row for row in self.store.kept_pictures()}
        rows: list[LockedPicture] = []
        requests: list[_Request] = []
        for request in self._requests(kinds):
            row = stored.get(_identity(request.kind, request.name))
            if row and not self.refresh and self._is_current(row, request, changed):
                rows.append(replace(row, name=request.name))
            else:
                requests.append(request)
        with progress(len(requests)) as step:
            answers = _Fetcher(self.api.client, self.stage).fetch_all(requests, step)
        files: dict[str, Path] = {}
        notes: list[str] = []
        missing: Counter[str] = Counter()
        standing = len(rows)
        for request, answer in zip(requests, answers, strict=True):
            row = stored.get(_identity(request.kind, request.name))
            if answer.path:
                file = picture_file_name(answer.path, answer.suffix)
                files[file] = answer.path
                rows.append(LockedPicture(request.kind, request.name, file))
            elif answer.permanent:
                rows.append(LockedPicture(request.kind, request.name, "", answer.why))
            else:
                notes.append(
                    f"{request.kind} {request.name}: {answer.why}; the next pull asks again"
                )
                if row and row.file and self.store.has_picture(row.file):
                    # The old one is kept; a row with a reason is requested again.
                    rows.append(replace(row, name=request.name, why="not asked for again yet"))
                else:
                    missing[answer.summary or answer.why] += 1
        missing.update(row.why for row in rows if not row.file)
        wanted = len(requests) + standing
        return FetchedPictures(tuple(rows), files, tuple(notes), wanted, missing)

    def _changed_pages(self) -> dict[str, int]:
        """Title keys of pages that differ from the folder, with the new time; 0 if deleted."""
        before = {row.id: row for row in self.store.lock.pages}
        changed: dict[str, int] = {}
        for page in self.snapshot.everything:
            row = before.pop(page.id, None)
            if row is None or (row.updated, row.title) != (page.updated, page.title):
                changed[key(page.title)] = page.updated
                if row:
                    changed.setdefault(key(row.title), page.updated)
        for row in before.values():
            changed.setdefault(key(row.title), 0)
        return changed

    def _is_current(
        self, row: LockedPicture, request: _Request, changed: Mapping[str, int]
    ) -> bool:
        """Whether the lock's row of a picture still holds: an icon changes with its page."""
        if request.kind == "icon":
            project, name = split_target(request.name)
            if key(project) == key(self.api.project) and key(name) in changed:
                return False
        return self.store.has_picture(row.file) and not row.why if row.file else bool(row.why)

    def _requests(self, kinds: frozenset[PictureKind]) -> Iterator[_Request]:
        # The credential is sent for the project's own pictures only: what its owner may see of
        # other projects is not for the site.
        times = {key(page.title): page.updated for page in self.snapshot.everything}
        pictures = pictures_of(self._pages(kinds))
        origin = self.api.client.origin
        if "icon" in kinds:
            for name in pictures.icons:
                project, title = split_target(name)
                is_own = key(project) == key(self.api.project)
                version = str(times.get(key(title), 0)) if is_own else ""
                url = icon_url(project, title, origin=origin)
                yield _Request("icon", name, url, version, self.public or not is_own)
        if "image" in kinds:
            for address in pictures.images:
                is_own = address.startswith(f"{origin}/files/")
                yield _Request("image", address, address, "", self.public or not is_own)

    def _pages(self, kinds: frozenset[PictureKind]) -> Iterator[Page]:
        """The pages that may show pictures, as the folder will hold them."""
        marks = [mark for kind, mark in (("icon", ".icon"), ("image", "://")) if kind in kinds]
        for page in self.snapshot.everything:
            if isinstance(page, LockedPage):
                page = as_page(self.store, page)
            if any(mark in row for row in page.rows for mark in marks):
                yield page_of(page, project=self.api.project)


def _identity(kind: PictureKind, name: str) -> tuple[PictureKind, str]:
    return kind, key(name) if kind == "icon" else name


@dataclass(slots=True)
class _Fetcher:
    """Requests pictures over a few connections."""

    client: Client
    stage: Stage
    failures: dict[str, int] = field(default_factory=dict)
    stopped: str = ""

    def fetch_all(self, requests: Sequence[_Request], step: Callable[[], object]) -> list[_Answer]:
        """The answers, in the order of the requests."""
        with ThreadPoolExecutor(self.client.pace.connections) as pool:
            try:
                futures = [pool.submit(self.fetch, each) for each in requests]
                for _ in as_completed(futures):
                    step()
                return [future.result() for future in futures]
            except BaseException:
                self.client.stop()
                pool.shutdown(cancel_futures=True)
                raise

    def fetch(self, request: _Request) -> _Answer:
        """The stored picture, or the answer of the server."""
        name = f"{request.kind} {request.name} {request.version}"
        path = self.stage.picture(name)
        if path.is_file() and (answer := self._look(path)).suffix:
            answer.path = path
            return answer
        if self.stopped:
            return _Answer(why=self.stopped, permanent=False)
        host = request.url.partition("://")[2].partition("/")[0]
        if self.failures.get(host, 0) >= _MAX_FAILURES:
            why = f"{host}, or a server that it redirects to, does not answer"
            return _Answer(why=why, permanent=False, summary=_NO_ANSWER)
        try:
            reply = self.client.get(
                request.url,
                _check,
                what=f"{request.kind} {request.name}",
                max_bytes=MAX_IMAGE_BYTES,
                accept="image/avif,image/webp,image/*;q=0.9",
                any_host=True,
                anonymous=request.anonymous,
            )
        except ClientError as error:
            if isinstance(error, StopError):
                self.stopped = error.why
            elif not error.permanent:
                self.failures[host] = self.failures.get(host, 0) + 1
            is_down = not error.permanent and not isinstance(error, StopError)
            summary = _NO_ANSWER if is_down else ""
            why = self.client.hide(error.why)
            return _Answer(why=why, permanent=error.permanent, summary=summary)
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
    if reply.status in _TEMPORARY or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ClientError("", status_words(reply.status))
    return reply


class PictureNames(NamedTuple):
    """``icons`` as ``/project/name``, as first written; ``images`` as addresses.

    These are the names in the rows of a lock file (:class:`.lockfile.LockedPicture`).
    """

    icons: tuple[str, ...]
    images: tuple[str, ...]


def _still(link: ExternalLink) -> str | None:
    player = player_of(link)
    return still_url(player) if player else None


def pictures_of(pages: Iterable[Page]) -> PictureNames:
    """The icons and images of *pages*, and stills of their films, each once, sorted.

    An icon without a project belongs to its page's project; if that is not known, it is left out,
    as are images at addresses that no page may show, such as ``data:``.
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
            elif isinstance(node, ExternalLink) and (still := _still(node)):
                images.add(still)
    return PictureNames(tuple(icons[name] for name in sorted(icons)), tuple(sorted(images)))
