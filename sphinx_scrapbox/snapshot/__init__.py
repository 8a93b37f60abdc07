"""A wiki as a folder of files: ``.scrapbox`` pages, pictures, and a lock with their origin.

:func:`load` reads a snapshot from a folder, a lock file or a git revision, and :func:`compare`
finds what changed between two. :class:`SnapshotFolder`, :func:`plan_update` and
:func:`apply_plan` update a folder to a new export. Modules here may use
:mod:`sphinx_scrapbox.formats` and :mod:`sphinx_scrapbox.wiki`, the file system and git, but
neither the network nor docutils nor Sphinx.
"""

from sphinx_scrapbox.snapshot.diff.model import (
    Comparison,
    LineChange,
    LineKind,
    PageChange,
    PageKind,
    PagePlace,
    PageState,
    PageText,
    Row,
    Snapshot,
)
from sphinx_scrapbox.snapshot.diff.pages import compare
from sphinx_scrapbox.snapshot.folder import FolderError, SnapshotFolder
from sphinx_scrapbox.snapshot.git import SnapshotError
from sphinx_scrapbox.snapshot.loader import SnapshotLoader, load
from sphinx_scrapbox.snapshot.lockfile import (
    Lock,
    LockedPage,
    LockedPicture,
    LockError,
    dump_lock,
    load_lock,
)
from sphinx_scrapbox.snapshot.plan import Change, Plan, Step, plan_update
from sphinx_scrapbox.snapshot.transaction import apply_plan, exclusive_lock

__all__ = [
    "Change",
    "Comparison",
    "FolderError",
    "LineChange",
    "LineKind",
    "Lock",
    "LockError",
    "LockedPage",
    "LockedPicture",
    "PageChange",
    "PageKind",
    "PagePlace",
    "PageState",
    "PageText",
    "Plan",
    "Row",
    "Snapshot",
    "SnapshotError",
    "SnapshotFolder",
    "SnapshotLoader",
    "Step",
    "apply_plan",
    "compare",
    "dump_lock",
    "exclusive_lock",
    "load",
    "load_lock",
    "plan_update",
]
