"""Builds as Read the Docs makes them: its clone, its variables, its commands, no network.

What it does is told by its build pages and its reference of environment variables. Packages are
not installed here: those of the tests are what there is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_NO_SOCKETS = """
import socket

def refuse(self, address, *rest):
    if self.family != getattr(socket, "AF_UNIX", None):
        raise OSError(101, "there is no network in this test")
    return connect(self, address, *rest)

connect, socket.socket.connect = socket.socket.connect, refuse
"""
_FETCH = "git fetch origin --force --prune --prune-tags --depth 50".split()
_JOBS = (
    "post_checkout pre_system_dependencies post_system_dependencies pre_create_environment "
    "create_environment post_create_environment pre_install install post_install pre_build build "
    "post_build"
)
_KEYS: dict[str, Any] = {
    "version": None,
    "build": {
        **dict.fromkeys(("os", "tools", "commands", "apt_packages")),
        "jobs": dict.fromkeys(_JOBS.split()),
    },
    "sphinx": dict.fromkeys(("builder", "configuration", "fail_on_warning")),
    "python": {"install": dict.fromkeys(("requirements", "path", "method", "extra_requirements"))},
    "formats": None,
    "submodules": dict.fromkeys(("include", "exclude", "recursive")),
    "search": dict.fromkeys(("ranking", "ignore")),
}
"""The keys of ``.readthedocs.yaml`` that a site of ours can use; None for those with any value."""
BUILDERS = {"htmlzip": "singlehtml", "epub": "epub", "pdf": "latex"}
"""The formats beside HTML, and which builder makes each."""


@lru_cache
def _can_unshare() -> bool:
    try:
        return not subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode
    except OSError:
        return False


def plain_environment(home: Path) -> dict[str, str]:
    """Variables that hold nothing of who runs the tests."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "LANG") if name in os.environ}
    bin_folder = str(Path(sys.executable).parent)
    return {
        **kept,
        "PATH": os.pathsep.join([bin_folder, os.environ["PATH"]]),
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "A gardener" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "gardener@example.org" for who in ("AUTHOR", "COMMITTER")},
    }


def run(command: list[str], folder: Path, env: Mapping[str, str]) -> str:
    """What a command says; it must succeed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


def run_offline(command: list[str], folder: Path, env: Mapping[str, str], home: Path) -> str:
    """The same for a command that reaches no address, not even one of this machine.

    By a name space of its own where the system allows one, else by a Python that refuses.
    """
    if _can_unshare():
        return run(["unshare", "-rn", *command], folder, env)
    (home / "sitecustomize.py").write_text(_NO_SOCKETS)
    paths = [str(home), env.get("PYTHONPATH", "")]
    return run(command, folder, {**env, "PYTHONPATH": os.pathsep.join(filter(None, paths))})


@dataclass
class ReadTheDocs:
    """A project there, and the folder of the machine that builds it."""

    origin: str
    home: Path
    slug: str = "handbook"
    language: str = "en"

    def build(self, version: str, ref: str, kind: str) -> Path:
        """Build a version, which is the branch or the tag *ref*, in all its formats.

        Gives the folder that holds one folder for each format.
        """
        checkout = self.home / "checkouts" / version
        checkout.mkdir(parents=True)
        env = plain_environment(self.home)
        refs = f"refs/{'tags' if kind == 'tag' else 'heads'}/{ref}"
        local = refs if kind == "tag" else f"refs/remotes/origin/{ref}"
        for command in (
            ["git", "clone", "--depth", "1", self.origin, "."],
            [*_FETCH, f"{refs}:{local}"],
            ["git", "checkout", "--force", local],
            ["git", "clean", "-d", "-f", "-f"],
        ):
            run(command, checkout, env)
        output = checkout / "_readthedocs"
        commit = run(["git", "rev-parse", "HEAD"], checkout, env).strip()
        env |= {
            "READTHEDOCS": "True",
            "READTHEDOCS_PROJECT": self.slug,
            "READTHEDOCS_LANGUAGE": self.language,
            "READTHEDOCS_VERSION": version,
            "READTHEDOCS_VERSION_NAME": version,
            "READTHEDOCS_VERSION_TYPE": kind,
            "READTHEDOCS_VIRTUALENV_PATH": sys.prefix,
            "READTHEDOCS_OUTPUT": str(output),
            "READTHEDOCS_CANONICAL_URL": self.address(version),
            "READTHEDOCS_GIT_CLONE_URL": self.origin,
            "READTHEDOCS_GIT_IDENTIFIER": ref,
            "READTHEDOCS_GIT_COMMIT_HASH": commit,
        }
        settings = load_settings(checkout)
        for command in settings["build"].get("jobs", {}).get("post_checkout", []):
            run(["sh", "-c", command], checkout, env)
        source = (checkout / settings["sphinx"]["configuration"]).parent
        for command in self._commands(settings, output):
            run_offline(command, source, env, self.home)
        return output

    def address(self, version: str) -> str:
        return f"https://{self.slug}.readthedocs.io/{self.language}/{version}/"

    def _commands(self, settings: dict[str, Any], output: Path) -> Iterator[list[str]]:
        strict = ["-W", "--keep-going"] if settings["sphinx"].get("fail_on_warning") else []
        builders = {"html": settings["sphinx"].get("builder", "html")}
        builders |= {name: BUILDERS[name] for name in settings.get("formats", [])}
        for name, builder in builders.items():
            yield [
                *("python", "-m", "sphinx", "-T", *strict, "-b", builder),
                *("-d", "_build/doctrees", "-D", f"language={self.language}"),
                *(".", str(output / name)),
            ]


def unknown_keys(settings: Any, known: Mapping[str, Any] = _KEYS) -> list[str]:
    """Keys of ``.readthedocs.yaml``, or of a part of it, that Read the Docs does not read."""
    unknown = []
    for part in settings if isinstance(settings, list) else [settings]:
        for key, value in part.items():
            if key not in known:
                unknown.append(key)
            elif known[key] is not None:
                unknown += unknown_keys(value, known[key])
    return unknown


def load_settings(repository: Path) -> dict[str, Any]:
    """The file ``.readthedocs.yaml``, once it is sure that it says what it must, of files here."""
    text = (repository / ".readthedocs.yaml").read_text(encoding="utf-8")
    settings: dict[str, Any] = yaml.safe_load(text)
    assert unknown_keys(settings) == []
    assert settings["version"] == 2
    assert settings["build"]["os"]
    assert settings["build"]["tools"]["python"]
    assert (repository / settings["sphinx"]["configuration"]).is_file()
    assert set(settings.get("formats", [])) <= BUILDERS.keys()
    for step in settings.get("python", {}).get("install", []):
        assert (repository / step["requirements"]).is_file()
    return settings
