"""Where the image of an icon is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.config.values import Person
from sphinx_scrapbox.sphinx_ext.sources import icons
from sphinx_scrapbox.sphinx_ext.sources.icons import IMAGE_TYPES, icon_file
from sphinx_scrapbox.sphinx_ext.warnings import Warn

Make = Callable[..., Any]


class SphinxConfig:
    """A configuration that can be a key."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    messages: list[str] = []

    def warn(subtype: Warn, message: str) -> None:
        assert subtype is Warn.ICON
        messages.append(message)

    monkeypatch.setattr(icons, "warn", warn)
    return messages


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]) -> Make:
    """Make an environment with *files* and options."""

    def made(*files: str, **values: Any) -> Any:
        for file in files:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        monkeypatch.setattr(icons, "options", lambda _: Config(**values))
        return SimpleNamespace(srcdir=tmp_path, config=SphinxConfig())

    return made


@pytest.mark.parametrize(
    ("name", "project", "file"),
    [
        ("mio", "", "faces/mio.png"),
        ("MIO", "", "faces/mio.png"),
        ("Ken Ito", "", "faces/ken_ito.svg"),
        ("Ken Ito", "yard", "faces/yard/Ken Ito.JPG"),
        ("mio", "garden", "faces/mio.png"),
        ("mio", "yard", None),
        ("notes", "", None),
        ("aki", "", None),
        ("", "", None),
    ],
)
def test_by_name(make: Make, name: str, project: str, file: str | None) -> None:
    env = make(
        "faces/mio.png",
        "faces/ken_ito.svg",
        "faces/yard/Ken Ito.JPG",
        "faces/notes.txt",
        icon_path=("faces",),
        project="garden",
    )
    assert icon_file(env, name, project) == file


def test_first_folder_counts(make: Make) -> None:
    env = make("a/mio.png", "b/mio.png", "b/ren.png", icon_path=("a", "b"))
    assert icon_file(env, "mio") == "a/mio.png"
    assert icon_file(env, "ren") == "b/ren.png"


def test_people_come_before_folders(make: Make, said: list[str]) -> None:
    mio = Person("Mio", image="portraits/m.webp")
    env = make(
        "a/mio.png",
        "portraits/m.webp",
        icon_path=("a",),
        people={"mio": mio, "/yard/mio": mio, "ren": Person("Ren")},
    )
    assert icon_file(env, "mio") == "portraits/m.webp"
    assert icon_file(env, "mio", "yard") == "portraits/m.webp"
    assert icon_file(env, "ren") is None
    assert said == []


@pytest.mark.parametrize("image", ["no.png", "notes.txt", "a"])
def test_image_that_is_not_there_is_told_of_once(make: Make, said: list[str], image: str) -> None:
    mio = Person("Mio", image=image)
    env = make("a/mio.png", "notes.txt", icon_path=("a",), people={"mio": mio, "m": mio})
    assert icon_file(env, "mio") == "a/mio.png"
    assert icon_file(env, "m") is None
    assert said == [f"scrapbox_people: no image file {image!r} below the sources"]


def test_folder_that_is_not_there_is_told_of_once(make: Make, said: list[str]) -> None:
    env = make("a/mio.png", icon_path=("no", "a"))
    assert icon_file(env, "mio") == "a/mio.png"
    assert icon_file(env, "ren") is None
    assert said == ["scrapbox_icon_path: 'no' is no folder below the sources"]


def test_nothing_configured(make: Make, said: list[str]) -> None:
    assert icon_file(make(), "mio") is None
    assert said == []


def test_types_are_lower_case() -> None:
    assert {kind.lower() for kind in IMAGE_TYPES} == IMAGE_TYPES
