"""The snapshots of a site: of which wiki its pages are and of when, as the lock files tell it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary
from zlib import crc32

from docutils import nodes
from sphinx.locale import _ as sphinx_says
from sphinx.util.i18n import format_date

from sphinx_scrapbox.snapshot.lockfile import Lock
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.sources.locks import locks_of
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn
from sphinx_scrapbox.wiki.dates import clamp
from sphinx_scrapbox.wiki.urls import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment


class Snapshot(NamedTuple):
    """What the head of a lock file says."""

    folder: str
    """Where the lock file is, from the source folder; "." is that folder itself."""
    project: str
    origin: str
    """The address of the wiki's host."""
    taken: int
    """When the pages were as they are here, in Unix seconds; 0 where nothing tells."""
    private: bool
    """Whether the wiki must not be linked to."""
    pages: int


def _snapshot(folder: Path, lock: Lock, env: BuildEnvironment) -> Snapshot:
    config = options(env.config)
    return Snapshot(
        folder.relative_to(env.srcdir).as_posix(),
        " ".join(lock.project.split()) or config.project,
        _origin(lock) or config.url,
        clamp(lock.exported),
        lock.private,
        len(lock.pages),
    )


def _origin(lock: Lock) -> str:
    """The wiki's host; "" where the lock names none that may be linked to."""
    is_web = lock.url.lower().startswith(("http://", "https://"))
    return (safe_url(lock.url.rstrip("/")) or "") if is_web else ""


_SNAPSHOTS: WeakKeyDictionary[Config, dict[str, Snapshot]] = WeakKeyDictionary()


def _by_folder(env: BuildEnvironment) -> dict[str, Snapshot]:
    """The snapshots of a build by the folders of their lock files, in order."""
    if (snapshots := _SNAPSHOTS.get(env.config)) is None:
        folders = {docname.rpartition("/")[0] for docname in env.found_docs}
        above = (locks_of(env).above(Path(env.srcdir, folder)) for folder in folders)
        found = {_snapshot(*pair, env) for pair in above if pair and pair[1] != Lock()}
        # What one lock file keeps private, another must not give away.
        private = {one.project for one in found if one.private}
        snapshots = _SNAPSHOTS[env.config] = {
            one.folder: one._replace(private=one.project in private) for one in sorted(found)
        }
    return snapshots


def snapshots_of(env: BuildEnvironment) -> list[Snapshot]:
    """The snapshots of a build that hold a document, in the order of their folders."""
    return list(_by_folder(env).values())


def snapshot_above(env: BuildEnvironment, docname: str) -> Snapshot | None:
    """The snapshot that a document lies in, page of a wiki or not; None if in none."""
    found = locks_of(env).above(Path(env.srcdir, docname).parent)
    return _by_folder(env).get(found[0].relative_to(env.srcdir).as_posix()) if found else None


def origin_of(env: BuildEnvironment, project: str) -> str:
    """The host that has a project: as its snapshot tells, else the configured one."""
    of_snapshots = (one.origin for one in snapshots_of(env) if one.project == project)
    return next(of_snapshots, options(env.config).url)


def mark_of(env: BuildEnvironment) -> str:
    """Changes when documents have to be told something else of the snapshots."""
    config = env.config
    said = (
        config.html_last_updated_fmt,
        config.html_last_updated_use_utc,
        snapshots_of(env),
    )
    return f"{crc32(repr(said).encode('utf-8', 'replace')):08x}"


def shown_date(config: Config, time: int) -> str:
    """A Unix time as Sphinx's HTML builder shows the time of the build.

    That is in local time, unless ``html_last_updated_use_utc`` or ``SOURCE_DATE_EPOCH`` is set. A
    time at midnight (UTC) is a day that a page names without a time: it is the same everywhere.
    """
    date = datetime.fromtimestamp(time, UTC)
    is_utc = config.html_last_updated_use_utc or "SOURCE_DATE_EPOCH" in os.environ
    if time % 86400 and not is_utc:
        date = date.astimezone()
    return format_date(
        config.html_last_updated_fmt or sphinx_says("%b %d, %Y"),
        date=date,
        language=config.language,
    )


# -- substitutions ---------------------------------------------------------------------

NAMES = ("date", "project")
"""What a document can be told of its snapshot."""


def told(env: BuildEnvironment, name: str, location: nodes.Node | str | None = None) -> str:
    """The date or the project of the current document's snapshot; "" if none can be meant.

    That is the one which it lies in, else that of the site's own project, else the only one.
    The caller has the document's record hold :func:`mark_of`.
    """
    above, project = snapshot_above(env, env.docname), options(env.config).project
    known = snapshots_of(env)
    main = [one for one in known if one.project == project]
    answers = _answers([above] if above else main or known, name, env.config)
    if not answers and name == "project" and project:
        return project
    if len(answers) != 1:
        among = f" among several: {', '.join(answers)}" if answers else ""
        warn(
            Warn.SNAPSHOT,
            f"no lock file tells the {name} of the wiki's pages{among}",
            location=location or env.docname,
        )
        return ""
    return answers[0]


def _answers(snapshots: Iterable[Snapshot], name: str, config: Config) -> list[str]:
    """What the snapshots say, each answer once."""
    if name == "project":
        said = [snapshot.project for snapshot in snapshots]
    else:
        said = [shown_date(config, snapshot.taken) for snapshot in snapshots if snapshot.taken]
    return list(dict.fromkeys(filter(None, said)))
