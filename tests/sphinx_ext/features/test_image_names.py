"""Names of fetched images in the output: the reach into ``env.images``, and its guard."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from docutils import nodes
from sites import Site

from sphinx_scrapbox.sphinx_ext.features.pictures import name_fetched_images
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals

FETCHED = f"{'0a' * 16}.png"


def _named(images: Any) -> Any:
    name_fetched_images(cast(Any, None), cast(Any, SimpleNamespace(images=images)))
    return images


def test_fetched_images_keep_their_names(tmp_path: Path) -> None:
    images = Site(tmp_path / "src", {"index.md": "# Index\n"}).build("dummy").app.env.images
    for folder in "ab":
        for name in (FETCHED, "photo.png"):
            images.add_file(folder, f"{folder}/_files/{name}")
    assert {entry[1] for entry in images.values()} > {FETCHED, "photo.png", "photo1.png"}
    _named(images)
    names = {path: entry[1] for path, entry in images.items()}
    assert [names[f"{folder}/_files/{FETCHED}"] for folder in "ab"] == [FETCHED] * 2
    assert names["b/_files/photo.png"] == "photo1.png"


def test_unknown_entries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    note_unknown_internals.cache_clear()
    images = {f"a/_files/{FETCHED}": ["a", "other.png"]}
    assert _named(dict(images)) == images
    assert note_unknown_internals.cache_info().misses == 1


def test_stored_images_have_their_size(rootdir: Path, tmp_path: Path) -> None:
    src = tmp_path / "src"
    shutil.copytree(rootdir / "test-reading" / "hard", src / "hard")
    site = Site(src, {"index.md": "# Index\n"})
    built = site.build(suppress_warnings=["toc", "scrapbox"])
    images = built.html("hard/Leaves seen closely.html").body.all("img", "scrapbox-image")
    sizes = {
        Path(image["src"]).name: (image.attributes.get("width"), image.attributes.get("height"))
        for image in images
        if image["src"].startswith("../_images")
    }
    stored = {path.name: path.read_bytes() for path in (src / "hard" / "_files").iterdir()}
    assert sizes
    for name, size in sizes.items():
        assert size == tuple(str(number) for number in struct.unpack(">II", stored[name][16:24]))
    latex = site.build("latex", suppress_warnings=["toc", "scrapbox"])
    assert "width" not in {
        key
        for node in latex.doctree("hard/Leaves seen closely").findall(nodes.image)
        for key in node.attributes
    }
