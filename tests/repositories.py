"""Git repositories that hold snapshots, made for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def lock(files: dict[str, str], *, project: str = "garden", exported: int = 1000) -> str:
    """The lock of native pages: each row's id is made of the page's and its text."""
    pages = []
    for file, text in files.items():
        if file.endswith(".scrapbox"):
            title, *rows = text.removesuffix("\n").split("\n")
            name = file.removesuffix(".scrapbox").ljust(24, "0")
            ids = tuple(f"{name} {row.strip()}" for row in (title, *rows))
            digest = sha256(text.encode()).hexdigest()
            pages.append(LockedPage(name, title, file, 1, 500, digest, ids))
    return dump_lock(Lock(project, exported, False, tuple(pages)))


def git(folder: Path, *arguments: str) -> str:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for who in ("AUTHOR", "COMMITTER"):
        env[f"GIT_{who}_NAME"] = env[f"GIT_{who}_EMAIL"] = "mio"
        env[f"GIT_{who}_DATE"] = "1704067200 +0000"
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=env, capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, tag: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", tag)
    git(folder, "tag", tag)


OLD = {
    "compost.scrapbox": "Compost\nGreen\n Kitchen scraps\nBrown\n",
    "rain.scrapbox": "Rain\nFalls\n",
    "sun.scrapbox": "Sun\nShines\n",
}

NEW = {
    "compost.scrapbox": "Compost\nBrown\nGreen\n Kitchen scraps and grass\n",
    "rain.scrapbox": "Water\nFalls\n",
    "wind.scrapbox": "Wind\nBlows\n",
}

HOSTILE_ROWS = [
    {"id": "1", "title": "A\ud800\x00\nB", "file": ".", "updated": 10**30, "hash": "1"},
    {"id": "2", "title": "C", "file": "../../etc/\ud800.md", "updated": -(10**30), "hash": "2"},
    {"id": "3", "title": "", "file": "/", "hash": "3", "lines": [1, None, {}], "was": "x"},
    {"id": "3", "title": "twice", "file": "/", "hash": "3", "lines": ["\ud800"]},
    {"id": "", "title": "\x1b[31m", "file": "\x1b[2J", "updated": True, "hash": "\ud800"},
]

EXPORT = '---\ntitle: "{title}"\n---\n\n{body}\n'
