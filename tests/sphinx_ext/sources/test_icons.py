"""Where the image of an icon is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from images import NS, SVG
from sphinx.project import Project

from sphinx_scrapbox.sphinx_ext.config.options import Config
from sphinx_scrapbox.sphinx_ext.config.values import Person, ProjectOptions
from sphinx_scrapbox.sphinx_ext.sources import icons
from sphinx_scrapbox.sphinx_ext.sources.icons import IMAGE_TYPES, IconImages
from sphinx_scrapbox.sphinx_ext.sources.locks import Locks
from sphinx_scrapbox.sphinx_ext.sources.projects import SiteProjects
from sphinx_scrapbox.sphinx_ext.warnings import Warn

Make = Callable[..., IconImages]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    messages: list[str] = []

    def warn(subtype: Warn, message: str) -> None:
        assert subtype is Warn.ICON
        messages.append(message)

    monkeypatch.setattr(icons, "warn", warn)
    return messages


def images_of(folder: Path, config: Config) -> IconImages:
    projects = SiteProjects(Project(folder, {}), Locks(folder), config)
    return IconImages(folder, config, projects)


@pytest.fixture
def make(tmp_path: Path, said: list[str]) -> Make:
    """Make a folder with *files*, and look for icons with these options."""

    def made(*files: str, **values: Any) -> IconImages:
        for file in files:
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(SVG if path.suffix == ".svg" else b"")
        return images_of(tmp_path, Config(**values))

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
    images = make(
        "faces/mio.png",
        "faces/ken_ito.svg",
        "faces/yard/Ken Ito.JPG",
        "faces/notes.txt",
        icon_path=("faces",),
        project=ProjectOptions("garden"),
    )
    assert images.find(name, project) == file


def test_first_folder_counts(make: Make) -> None:
    images = make("a/mio.png", "b/mio.png", "b/ren.png", icon_path=("a", "b"))
    assert images.find("mio") == "a/mio.png"
    assert images.find("ren") == "b/ren.png"


def test_people_come_before_folders(make: Make, said: list[str]) -> None:
    mio = Person("Mio", image="portraits/m.webp")
    images = make(
        "a/mio.png",
        "portraits/m.webp",
        icon_path=("a",),
        people={"mio": mio, "/yard/mio": mio, "ren": Person("Ren")},
    )
    assert images.find("mio") == "portraits/m.webp"
    assert images.find("mio", "yard") == "portraits/m.webp"
    assert images.find("ren") is None
    assert said == []


@pytest.mark.parametrize("image", ["no.png", "notes.txt", "a"])
def test_image_that_is_not_there_is_told_of_once(make: Make, said: list[str], image: str) -> None:
    mio = Person("Mio", image=image)
    images = make("a/mio.png", "notes.txt", icon_path=("a",), people={"mio": mio, "m": mio})
    assert images.find("mio") == "a/mio.png"
    assert images.find("m") is None
    assert said == [f"scrapbox_people: {image!r} is not an image file"]


def test_folder_that_is_not_there_is_told_of_once(make: Make, said: list[str]) -> None:
    images = make("a/mio.png", icon_path=("no", "a"))
    assert images.find("mio") == "a/mio.png"
    assert images.find("ren") is None
    assert said == ["scrapbox_icon_path: 'no' is not a folder"]


@pytest.mark.parametrize(
    "inside",
    ["<script/>", '<g onclick="x"/>', '<image href="https://example.org/a.png"/>', "<g>"],
)
def test_drawings_that_are_not_safe(
    make: Make, said: list[str], tmp_path: Path, inside: str
) -> None:
    make("a/mio.svg", "a/ren.svg", "b/mio.png", "aki.svg")
    for name in ("a/mio.svg", "aki.svg"):
        (tmp_path / name).write_text(f"<svg {NS}>{inside}</svg>", encoding="utf-8")
    people = {"aki": Person("Aki", image="aki.svg"), "a": Person("A", image="aki.svg")}
    images = images_of(tmp_path, Config(icon_path=("a", "b"), people=people))
    assert images.find("mio") == "b/mio.png"
    assert images.find("ren") == "a/ren.svg"
    assert images.find("aki") is None
    assert [message.partition(":")[0] for message in said] == [
        "a/mio.svg is not shown",
        "aki.svg is not shown",
    ]


def test_nothing_configured(make: Make, said: list[str]) -> None:
    assert make().find("mio") is None
    assert said == []


def test_types_are_lower_case() -> None:
    assert {kind.lower() for kind in IMAGE_TYPES} == IMAGE_TYPES
