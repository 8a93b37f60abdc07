"""Runs git to read old versions of files and the dates of files. No other module runs git.

Nothing is checked out or fetched, and only the names of files in the index are changed. Names
that users supply are passed on standard input, never as arguments, so that git cannot take them
for options.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sphinx_scrapbox.wiki.dates import Dates, clamp_dates

TIMEOUT = 300
"""Seconds after which a git process is stopped."""
BATCH = 500
"""The number of files read by one git process, and held in memory together."""

# Git sets these for its hooks. They describe the repository of the hook and would override the
# folder that git is run in; the list is that of `git rev-parse --local-env-vars` without the
# settings (GIT_CONFIG_...), which may well be meant for every repository.
_REPOSITORY_VARIABLES = frozenset(
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR GIT_DIR GIT_GRAFT_FILE GIT_IMPLICIT_WORK_TREE"
    " GIT_INDEX_FILE GIT_INTERNAL_SUPER_PREFIX GIT_NAMESPACE GIT_NO_REPLACE_OBJECTS"
    " GIT_OBJECT_DIRECTORY GIT_PREFIX GIT_QUARANTINE_PATH GIT_REPLACE_REF_BASE GIT_SHALLOW_FILE"
    " GIT_WORK_TREE".split()
)
_SETTINGS = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_LOG = ("-c", "log.showSignature=false", "log")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_OBJECT_ID = re.compile(r"[0-9a-f]{40,64}")
_NOT_FETCHED = (
    "old files are missing, because this clone was made with a filter: run 'git fetch --refetch "
    "--no-filter'"
)


class SnapshotError(Exception):
    """A snapshot cannot be read. The message says why, and what to do about it."""


class NoRepositoryError(SnapshotError):
    """A folder lies in no repository."""


class NoGitError(SnapshotError):
    """The program git is missing."""


class Repository:
    """The git repository that *folder* lies in. Relative paths in revisions start there.

    All methods raise :class:`SnapshotError` if git is missing, fails, or takes too long.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def commit(self, revision: str) -> str:
        """The object id of the commit that *revision* names.

        :raises SnapshotError: if there is no such commit.
        """
        if not revision or _CONTROL.search(revision):
            raise SnapshotError(f"{revision!r} is not the name of a revision")
        _kind, object_id = self.find(f"{revision}^{{commit}}")
        if object_id:
            return object_id
        if self.is_shallow():
            raise SnapshotError(
                f"the revision {revision!r} is missing, because this clone holds only the last "
                "commits: run 'git fetch --unshallow --tags'"
            )
        raise SnapshotError(
            f"there is no revision {revision!r} here; 'git fetch --tags' may bring it"
        )

    def prefix(self) -> str:
        """The path of the folder in revisions, with a slash; "" at the top or without files."""
        answer = self._ask("rev-parse", "--show-prefix")
        return answer.decode("utf-8", "surrogateescape").removesuffix("\n")

    def is_shallow(self) -> bool:
        """Whether only the last commits were fetched."""
        return self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def find(self, name: str) -> tuple[str, str]:
        """The type (``blob``, ``commit`` or ``tree``) and id of an object; two "" if missing."""
        if _CONTROL.search(name):
            return "", ""
        try:
            query = f"{name}\n".encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return "", ""
        answer = self._ask("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=query)
        kind, _, object_id = answer.decode("utf-8", "replace").strip().partition(" ")
        is_object = kind in ("blob", "commit", "tree") and _OBJECT_ID.fullmatch(object_id)
        return (kind, object_id) if is_object else ("", "")

    def tree(self, tree_id: str) -> dict[str, str]:
        """The blob id of each file in a tree and below, by path; no links and no submodules."""
        files = {}
        for entry in self._ask("ls-tree", "-r", "-z", "--full-tree", tree_id).split(b"\0"):
            columns, _, path = entry.partition(b"\t")
            mode, _, rest = columns.partition(b" ")
            if mode in (b"100644", b"100755"):
                files[path.decode("utf-8", "surrogateescape")] = rest.split(b" ")[1].decode()
        return dict(sorted(files.items()))

    def blobs(self, blob_ids: Sequence[str]) -> list[bytes]:
        """The content of each blob."""
        contents: list[bytes] = []
        for start in range(0, len(blob_ids), BATCH):
            batch = blob_ids[start : start + BATCH]
            query = "".join(f"{blob_id}\n" for blob_id in batch).encode()
            answer = self._ask("cat-file", "--batch", stdin=query)
            at = 0
            for _blob_id in batch:
                end = answer.index(b"\n", at)
                header = answer[at:end].split(b" ")
                at = end + 1
                if header[-1] == b"missing":
                    raise SnapshotError(_NOT_FETCHED)
                size = int(header[2])
                contents.append(answer[at : at + size])
                at += size + 1
        return contents

    def time(self, commit_id: str) -> int:
        """When a commit was made, in Unix seconds; 0 if git does not say."""
        answer = self._ask(*_LOG, "-1", "--format=%ct", commit_id)
        return int(answer) if answer.strip().isdigit() else 0

    def log(self) -> str:
        """Author time, parents and paths of all commits below the folder, newest first.

        Each field ends in NUL; the one that begins a commit starts with U+0001.
        """
        output = self._ask(
            *_LOG,
            *("--no-color", "--no-renames", "--no-merges", "--relative", "--name-only", "-z"),
            *("--format=%x01%at %P", "--", "."),
        )
        return output.decode("utf-8", "surrogateescape")

    def rename_in_index(self, moves: Mapping[str, str]) -> set[str]:
        """Rename files in the index as ``git mv`` does, with the content that is staged.

        :param moves: the new name of each old one, relative to the folder.
        :returns: the old names of those that git tracks.
        :raises SnapshotError: also if one of them is in a merge conflict; then nothing is changed.
        """
        prefix = self.prefix()
        tracked: dict[str, str] = {}
        for entry in self._ask("ls-files", "-z", "--stage", "--full-name").split(b"\0"):
            row, _, path = entry.partition(b"\t")
            name = path.decode("utf-8", "surrogateescape").removeprefix(prefix)
            if name in moves:
                mode, object_id, stage = row.decode().split(" ")
                if stage != "0":
                    raise SnapshotError(f"{name} is in a merge conflict: resolve it first")
                tracked[name] = f"{mode} {object_id}"
        rows = []
        for old, entry_of_old in tracked.items():
            none = "0" * len(entry_of_old.split(" ")[1])
            rows += [f"0 {none}\t{prefix}{old}", f"{entry_of_old}\t{prefix}{moves[old]}"]
        if rows:
            stdin = "".join(f"{row}\0" for row in rows).encode("utf-8", "surrogateescape")
            self._ask("update-index", "-z", "--index-info", stdin=stdin)
        return set(tracked)

    def _ask(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """The output of git, run in the folder."""
        names = os.environ.keys() - _REPOSITORY_VARIABLES
        environment = {name: os.environ[name] for name in names} | _SETTINGS
        try:
            process = subprocess.run(
                ["git", *arguments],
                cwd=self._folder,
                env=environment,
                input=stdin,
                capture_output=True,
                timeout=TIMEOUT,
                check=True,
            )
        except FileNotFoundError as error:
            raise NoGitError("git is not installed, so revisions cannot be read") from error
        except subprocess.CalledProcessError as error:
            message = error.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            if "lazy fetching disabled" in message:
                raise SnapshotError(_NOT_FETCHED) from error
            if "not a git repository" in message:
                raise NoRepositoryError(
                    f"{self._folder.absolute()} is not in a git repository"
                ) from error
            raise SnapshotError(f"git failed: {message}") from error
        except (OSError, subprocess.SubprocessError) as error:
            raise SnapshotError(f"git failed: {error}") from error
        return process.stdout


def locate(folder: Path) -> tuple[Repository, str]:
    """The repository that *folder* lies in, and the folder's path in its revisions.

    The folder may exist at revisions only, and the repository may be a bare one: then
    ``garden.git/docs`` is the folder ``docs`` of it.

    :raises SnapshotError: if there is no repository.
    """
    folder = start = folder.absolute()
    while not start.is_dir():
        start = start.parent
    repository = Repository(start)
    below = folder.relative_to(start).as_posix()
    return repository, f"{repository.prefix()}{'' if below == '.' else below}".rstrip("/")


def git_dates(folder: Path) -> dict[str, Dates]:
    """The dates of each file below *folder* by its path from there; empty if git fails.

    In a shallow clone the oldest commit seems to have created every file, so its date is ignored.
    """
    repository = Repository(folder)
    try:
        is_shallow, log = repository.is_shallow(), repository.log()
    except SnapshotError:
        return {}
    dates: dict[str, Dates] = {}
    time = 0
    for field in log.split("\0"):
        if field.startswith("\x01"):
            moment, _, parents = field[1:].partition(" ")
            has_history = bool(parents.strip()) or not is_shallow
            time = int(moment) if has_history and moment.isdecimal() else 0
        elif (file := field.lstrip("\n")) and time:
            old = dates.get(file, Dates(time, time))
            dates[file] = Dates(min(old.created, time), max(old.updated, time))
    return {file: clamp_dates(*times) for file, times in dates.items()}
