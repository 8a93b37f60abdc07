"""TODO: say what this file is."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from sphinx_scrapbox.wiki.dates import Dates, known

DATES_TIMEOUT = 300
"""Seconds that git may take to tell what happened to a folder."""


def git_dates(folder: Path) -> dict[str, Dates]:
    """The dates of each file below *folder*, by its path from there; empty where git fails.

    One question for all files. Where only the last commits were fetched, the oldest of them
    seems to have made every file: what it says counts for nothing.
    """
    is_shallow = _git(folder, "rev-parse", "--is-shallow-repository")
    if is_shallow is None:
        return {}
    log = _git(
        folder,
        *("-c", "log.showSignature=false", "log", "--no-color", "--no-renames", "--no-merges"),
        *("--relative", "--name-only", "-z", "--format=%x01%at %P", "--", "."),
    )
    dates: dict[str, Dates] = {}
    time = 0
    for field in (log or "").split("\0"):
        if field.startswith("\x01"):
            moment, _, parents = field[1:].partition(" ")
            is_whole = bool(parents.strip()) or is_shallow.strip() != "true"
            time = int(moment) if is_whole and moment.isdecimal() else 0
        elif (file := field.lstrip("\n")) and time:
            old = dates.get(file, Dates(time, time))
            dates[file] = Dates(min(old.created, time), max(old.updated, time))
    return {file: known(*found) for file, found in dates.items()}


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None if it cannot be asked, or has nothing to say."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DATES_TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape")


GIT_TIMEOUT = 300
"""Seconds that git may take for an answer."""
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_OBJECT = re.compile(r"[0-9a-f]{40,64}")
_AT_ONCE = 500  # files that git is asked for together


# Git tells its hooks by these where they run; seen from another folder, they mislead.
_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
_NOT_FETCHED = (
    "old files are not here, because this clone was made with a filter: run 'git fetch --refetch "
    "--no-filter'"
)


class SnapshotError(Exception):
    """A snapshot cannot be had; the message says what to do about it."""


def batches(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


# -- git -------------------------------------------------------------------------------


class Repository:
    """Asks the repository at *place* for what it keeps; nothing is changed in it.

    What somebody names goes to git as input, never as an argument, so that it is no option.
    """

    def __init__(self, place: Path) -> None:
        self._place = place

    def commit(self, revision: str) -> str:
        """The full name of a commit.

        :raises SnapshotError: if there is none.
        """
        if not revision or _CONTROL.search(revision):
            raise SnapshotError(f"{revision!r} names no revision")
        _kind, number = self.find(f"{revision}^{{commit}}")
        if number:
            return number
        shallow = self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"
        if shallow:
            raise SnapshotError(
                f"the revision {revision!r} is not here, because this clone holds only the last "
                "commits: run 'git fetch --unshallow --tags'"
            )
        raise SnapshotError(
            f"there is no revision {revision!r} here; 'git fetch --tags' may bring it"
        )

    def find(self, name: str) -> tuple[str, str]:
        """The kind and the number of what git knows by *name*; both "" for nothing."""
        if _CONTROL.search(name):
            return "", ""
        try:
            asked = f"{name}\n".encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return "", ""
        said = self._ask("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=asked)
        kind, _, number = said.decode("utf-8", "replace").strip().partition(" ")
        known = kind in ("blob", "commit", "tree") and _OBJECT.fullmatch(number)
        return (kind, number) if known else ("", "")

    def tree(self, number: str) -> dict[str, str]:
        """The number of each file in a folder and below; links and other repositories are none."""
        said = self._ask("ls-tree", "-r", "-z", "--full-tree", number)
        files = {}
        for entry in said.split(b"\0"):
            about, _, path = entry.partition(b"\t")
            mode, _, rest = about.partition(b" ")
            if mode in (b"100644", b"100755"):
                files[path.decode("utf-8", "surrogateescape")] = rest.split(b" ")[1].decode()
        return dict(sorted(files.items()))

    def blobs(self, numbers: Sequence[str]) -> list[bytes | None]:
        """What is in files, by their numbers.

        :raises SnapshotError: if one of them was not fetched.
        """
        found: list[bytes | None] = []
        for batch in batches(numbers):
            said = self._ask(
                "cat-file", "--batch", stdin="".join(f"{number}\n" for number in batch).encode()
            )
            at = 0
            for _number in batch:
                end = said.index(b"\n", at)
                about = said[at:end].split(b" ")
                at = end + 1
                if about[-1] == b"missing":
                    raise SnapshotError(_NOT_FETCHED)
                length = int(about[2])
                found.append(said[at : at + length])
                at += length + 1
        return found

    def time(self, commit: str) -> int:
        """When a commit was made, in Unix seconds."""
        said = self._ask("-c", "log.showSignature=false", "log", "-1", "--format=%ct", commit)
        return int(said) if said.strip().isdigit() else 0

    def _ask(self, *arguments: str, stdin: bytes = b"") -> bytes:
        silent = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
        around = {name: value for name, value in os.environ.items() if name not in _PLACES}
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self._place,
                env={**around, **silent},
                input=stdin,
                capture_output=True,
                timeout=GIT_TIMEOUT,
                check=True,
            )
        except FileNotFoundError as error:
            raise SnapshotError("git is not installed, so there are no revisions") from error
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            if "lazy fetching disabled" in said:
                raise SnapshotError(_NOT_FETCHED) from error
            if "not a git repository" in said:
                place = self._place.absolute()
                raise SnapshotError(f"{place} is in no repository of git") from error
            raise SnapshotError(f"git cannot tell: {said}") from error
        except (OSError, subprocess.SubprocessError) as error:
            raise SnapshotError(f"git cannot tell: {error}") from error
        return done.stdout
