"""Icons and images that were fetched: shown from the site itself, in every format that can."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from images import AVIF, GIF, JPG, SVG, WEBP, png
from sites import BUILDERS, EPUB, Built, Site, page

from sphinx_scrapbox.snapshot.filenames import picture_file_name
from sphinx_scrapbox.snapshot.lockfile import (
    LOCK_NAME,
    PICTURE_FOLDER,
    Lock,
    LockedPage,
    LockedPicture,
    dump_lock,
)

pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

KINDS = {"png": png(), "jpg": JPG, "gif": GIF, "webp": WEBP, "avif": AVIF, "svg": SVG}
FACE = png(4, 4)
HOST = "https://pictures.example.org"


def address(name: str) -> str:
    return f"{HOST}/{name}.png"


def snapshot(
    site: Site,
    pages: dict[str, str],
    images: dict[str, tuple[str, bytes]],
    icons: dict[str, tuple[str, bytes]] | None = None,
    *,
    folder: str = "wiki",
    project: str = "garden",
) -> None:
    """Write a folder as a pull leaves it; each picture is a suffix and what is in the file."""
    place = site.src / folder
    rows: list[LockedPicture] = []
    for kind, pictures in (("icon", icons or {}), ("image", images)):
        for name, (suffix, data) in pictures.items():
            file = picture_file_name(data, suffix) if suffix else ""
            rows.append(LockedPicture(kind, name, file, "" if file else "404"))  # type: ignore[arg-type]
            if file:
                (place / PICTURE_FOLDER).mkdir(parents=True, exist_ok=True)
                if not (place / file).exists():
                    (place / file).write_bytes(data)
    locked = tuple(LockedPage(title, title, f"{title}.scrapbox") for title in pages)
    place.mkdir(exist_ok=True)
    for path in [*place.glob("*.scrapbox"), *(place / PICTURE_FOLDER).glob("*")]:
        name = path.relative_to(place).as_posix()
        if name not in {*(row.file for row in rows), *(row.file for row in locked)}:
            path.unlink()
    for title, text in pages.items():
        path = place / f"{title}.scrapbox"
        data = f"{title}\n{text}\n".encode()
        if not path.exists() or path.read_bytes() != data:
            path.write_bytes(data)
    lock = Lock(project, pages=locked, pictures=tuple(rows))
    (place / LOCK_NAME).write_text(dump_lock(lock), encoding="utf-8")


def one_of_each(site: Site) -> None:
    lines = "\n".join(f"[{address(kind)}]" for kind in KINDS)
    snapshot(
        site,
        {"Soil": f"[hana.icon] wet\n[/tools/ren.icon]\n{lines}\n[{address('far')}]"},
        {address(kind): (kind, data) for kind, data in KINDS.items()},
        {"/garden/Hana": ("png", FACE), "/tools/ren": ("svg", SVG)},
    )


@pytest.fixture
def site(tmp_path: Path) -> Site:
    index = "Index\n=====\n\n.. toctree::\n   :glob:\n\n   */*\n"
    return Site(tmp_path / "site", {"index.rst": index})


def shown(built: Built, name: str = "wiki/Soil.html") -> list[str]:
    body = built.html(name).root.all("div", cls="body")[0]
    return [image["src"] for image in body.all("img")]


def output_name(data: bytes, suffix: str) -> str:
    return picture_file_name(data, suffix).removeprefix(f"{PICTURE_FOLDER}/")


# -- formats ---------------------------------------------------------------------------


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_format(site: Site, builder: str) -> None:
    one_of_each(site)
    built = site.build(builder, **EPUB, scrapbox_images="local")
    assert built.warnings == []


def test_cards_of_related_pages(site: Site) -> None:
    images = {address("a"): ("png", png())}
    snapshot(site, {"Soil": f"[{address('a')}]\nWet.", "Sand": "On [Soil]."}, images)
    built = site.build(scrapbox_images="local", scrapbox_related="cards")
    card = built.html("wiki/Sand.html").root.one("section", "scrapbox-related").one("li")
    file = output_name(png(), "png")
    assert card.one("img").attributes["src"] == f"../_images/{file}"
    assert card.text == "Soil Wet."
    assert (built.out / "_images" / file).is_file()


@pytest.mark.parametrize("images", ["remote", "local"])
def test_html(site: Site, images: str) -> None:
    one_of_each(site)
    built = site.build(scrapbox_images=images, scrapbox_icons="remote")
    files = [output_name(FACE, "png"), output_name(SVG, "svg")]
    files += [output_name(data, kind) for kind, data in KINDS.items()]
    far = [address("far")] if images == "remote" else []
    assert shown(built) == [f"../_images/{file}" for file in files] + far
    for file in files:
        assert (built.out / "_images" / file).is_file()
    text = built.text("wiki/Soil.html")
    assert HOST not in text.replace(address("far"), "")
    assert "<svg" not in text.partition('<div class="body"')[2].replace("scrapbox-avatar", "")
    assert "api/pages" not in text


def test_latex_shows_what_it_can_and_links_the_rest(site: Site) -> None:
    one_of_each(site)
    built = site.build("latex")
    assert built.warnings == []
    (tex,) = built.out.glob("*.tex")
    text = tex.read_text(encoding="utf-8")
    for kind, data in KINDS.items():
        stem = output_name(data, kind).partition(".")[0]
        can = kind in ("png", "jpg")
        assert (f"{{{{{stem}}}.{kind}}}" in text) is can, kind
        assert (built.out / f"{stem}.{kind}").exists() is can
        assert (address(kind) in text) is not can


def test_latex_shows_what_others_convert(site: Site) -> None:
    one_of_each(site)
    site.write(
        {
            "conf.py": (
                "from pathlib import Path\n"
                "from sphinx.transforms.post_transforms.images import ImageConverter\n"
                'extensions = ["sphinx_scrapbox"]\n'
                "class Painter(ImageConverter):\n"
                '    conversion_rules = [("image/svg+xml", "image/png")]\n'
                "    def is_available(self): return True\n"
                "    def convert(self, source, target):\n"
                f"        Path(target).write_bytes({png()!r})\n"
                "        return True\n"
                "def setup(app): app.add_post_transform(Painter)\n"
            )
        }
    )
    built = site.build("latex")
    assert built.warnings == []
    stem = output_name(SVG, "svg").partition(".")[0]
    assert (built.out / f"{stem}.png").is_file()
    (tex,) = built.out.glob("*.tex")
    assert address("svg") not in tex.read_text(encoding="utf-8")


def test_epub_holds_them(site: Site) -> None:
    one_of_each(site)
    built = site.build("epub", **EPUB)
    text = built.text("wiki/Soil.xhtml")
    manifest = built.text("content.opf")
    for kind, data in KINDS.items():
        file = output_name(data, kind)
        assert (f'src="../_images/{file}"' in text) is (kind != "avif"), kind
        assert (f'href="_images/{file}"' in manifest) is (kind != "avif"), kind
    assert f'href="{address("avif")}"' in text
    assert f'href="_images/{output_name(FACE, "png")}"' in manifest
    assert "loading" not in text


def test_text_has_the_address(site: Site) -> None:
    one_of_each(site)
    assert address("png") in site.build("text").text("wiki/Soil.txt")


def test_cards(site: Site) -> None:
    one_of_each(site)
    directive = "```{scrapbox:pages}\n:as: cards\n```"
    site.write({"guide.md": f"---\norphan: true\n---\n# Guide\n\n{directive}\n"})
    file = output_name(KINDS["png"], "png")
    assert shown(site.build(), "guide.html") == [f"_images/{file}"]
    built = site.build("epub", **EPUB)
    assert built.warnings == []
    assert f'src="_images/{file}"' in built.text("guide.xhtml")


def test_other_sites_are_told_of_it(site: Site) -> None:
    pytest.importorskip("sphinxext.opengraph")
    one_of_each(site)
    built = site.build(
        extensions=["sphinx_scrapbox", "sphinxext.opengraph"],
        ogp_site_url="https://garden.example.org/en/",
    )
    file = output_name(KINDS["png"], "png")
    (tag,) = built.html("wiki/Soil.html").root.all("meta", property="og:image")
    assert tag["content"] == f"https://garden.example.org/en/_images/{file}"


# -- which file ------------------------------------------------------------------------


def test_an_icon_is_looked_for_where_the_site_says_first(site: Site) -> None:
    for name in ("people/hana.png", "icons/ren.png"):
        (site.src / name).parent.mkdir()
        (site.src / name).write_bytes(png())
    snapshot(
        site,
        {"Soil": "[hana.icon]\n[ren.icon]\n[aki.icon]\n[mio.icon]\n[/tools/aki.icon]"},
        {},
        {f"/garden/{name}": ("png", FACE) for name in ("hana", "ren", "Aki")},
    )
    built = site.build(
        scrapbox_people={"hana": {"name": "Hana", "image": "people/hana.png"}},
        scrapbox_icon_path=["icons"],
    )
    assert built.warnings == []
    kinds = [source.rpartition("/")[2].startswith("scrapbox-icon") for source in shown(built)]
    assert kinds == [True, True, False]
    assert shown(built)[2].endswith(output_name(FACE, "png"))


@pytest.mark.parametrize("builder", ["html", "singlehtml"])
def test_a_face_of_the_pages_own_snapshot(site: Site, builder: str) -> None:
    other = png(6, 6)
    for folder, project, face in (
        ("a", "garden", FACE),
        ("b", "garden", other),
        ("c", "tools", SVG),
    ):
        suffix = "svg" if face is SVG else "png"
        snapshot(
            site,
            {f"Page {folder}": "[hana.icon] wet"},
            {},
            {f"/{project}/hana": (suffix, face)},
            folder=folder,
            project=project,
        )
    site.write({"guide/a.rst": "Guide\n=====\n\n:scrapbox:icon:`hana`\n"})
    built = site.build(builder, scrapbox_project="garden", scrapbox_related=False)
    expected = [output_name(FACE, "png"), output_name(other, "png"), output_name(SVG, "svg")]
    names = ["a/Page a", "b/Page b", "c/Page c", "guide/a"]
    found: list[str] = []
    for name in names if builder == "html" else ["index"]:
        found += [source.rpartition("/")[2] for source in shown(built, f"{name}.html")]
    assert found == [*expected, output_name(FACE, "png")]


def test_a_snapshot_at_the_top(site: Site) -> None:
    site.write({"index.rst": "Index\n=====\n\n:scrapbox:icon:`hana`\n"})
    images = {address("a"): ("png", png())}
    for kind in ("png", "svg"):
        face = (kind, FACE if kind == "png" else SVG)
        snapshot(site, {"Soil": f"[{address('a')}]"}, images, {"/garden/hana": face}, folder=".")
        built = site.build(scrapbox_project="garden")
        assert built.warnings == []
        assert shown(built, "Soil.html") == [f"_images/{output_name(png(), 'png')}"]
        assert shown(built, "index.html") == [f"_images/{output_name(face[1], kind)}"]


def test_two_snapshots_share_a_file(site: Site) -> None:
    for folder in ("one", "two"):
        snapshot(
            site,
            {f"Page {folder}": f"[{address('a')}]"},
            {address("a"): ("png", png())},
            folder=folder,
        )
    built = site.build()
    images = {path.name for path in (built.out / "_images").iterdir()}
    assert images == {output_name(png(), "png")}
    assert shown(built, "one/Page one.html") == shown(built, "two/Page two.html")


def test_a_miss_is_as_if_nobody_had_asked(site: Site) -> None:
    snapshot(
        site,
        {"Soil": f"[hana.icon]\n[{address('a')}]"},
        {address("a"): ("", b"")},
        {"/garden/hana": ("", b"")},
    )
    built = site.build(scrapbox_icons="remote")
    assert built.warnings == []
    assert shown(built) == ["https://scrapbox.io/api/pages/garden/hana/icon", address("a")]


def test_a_part_of_a_page_in_another_document(site: Site) -> None:
    pages = {"Soil": f"[hana.icon] wet\n[{address('a')}]"}
    faces = {"/garden/hana": ("png", FACE)}
    site.write({"guide.rst": ":orphan:\n\nGuide\n=====\n\n.. scrapbox:include:: Soil\n"})
    snapshot(site, pages, {address("a"): ("png", png())}, faces)
    built = site.build(scrapbox_project="garden")
    files = [output_name(FACE, "png"), output_name(png(), "png")]
    assert shown(built, "guide.html") == [f"_images/{file}" for file in files]
    snapshot(site, pages, {address("a"): ("gif", GIF)}, faces)
    built = site.build(scrapbox_project="garden")
    assert built.read == ["guide", "wiki/Soil"]
    assert shown(built, "guide.html")[1] == f"_images/{output_name(GIF, 'gif')}"


@pytest.mark.parametrize("parallel", [0, 2])
def test_exported_pages_beside_a_lock(site: Site, parallel: int) -> None:
    site.write({f"wiki/{name}.md": page(name, f"![image]({address('a')})") for name in "ab"})
    for kind in ("png", "gif", "svg"):
        snapshot(site, {}, {address("a"): (kind, KINDS[kind])})
        built = site.build(parallel=parallel)
        assert built.warnings == []
        for name in "ab":
            file = output_name(KINDS[kind], kind)
            assert shown(built, f"wiki/{name}.html")[0] == f"../_images/{file}"


# -- what must not be trusted ----------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "data", "why"),
    [
        ("png", b"<!DOCTYPE html><html>not found</html>", "a web page, not an image"),
        ("svg", SVG.replace(b"<rect", b"<script>alert(1)</script><rect"), "an SVG with <script>"),
        ("png", SVG, "it is svg, not png"),
        ("svg", png(), "it is png, not svg"),
        ("png", b"version https://git-lfs.github.com/spec/v1\n", "not an image"),
        ("png", png()[:20], "damaged"),
    ],
)
@pytest.mark.parametrize("builder", ["html", "latex"])
def test_a_file_that_is_no_image(
    site: Site, suffix: str, data: bytes, why: str, builder: str
) -> None:
    text = f"[hana.icon]\n[{address('a')}]\n[{address('a')}]"
    snapshot(
        site,
        {"Soil": text, "Sand": text},
        {address("a"): (suffix, data)},
        {"/garden/hana": (suffix, data)},
    )
    built = site.build(builder)
    (warning,) = built.warnings
    path = f"wiki/{picture_file_name(data, suffix)}"
    assert warning.startswith(f"WARNING: {path} is not shown: {why}")
    assert "[scrapbox.fetched_file]" in warning
    if builder == "html":
        assert shown(built) == [address("a")] * 2
        assert not (built.out / "_images").exists()


def test_files_that_are_missing(site: Site) -> None:
    one_of_each(site)
    shutil.rmtree(site.src / "wiki" / PICTURE_FOLDER)
    built = site.build()
    (warning,) = built.warnings
    assert warning.startswith("WARNING: wiki/scrapbox.lock names files that do not exist: _files/")
    assert "and 4 more" in warning
    assert shown(built) == [address(kind) for kind in (*KINDS, "far")]
    one_of_each(site)
    assert len(shown(site.build())) == 9


@pytest.mark.parametrize("file", ["_files/../../etc/passwd", "../conf.py", "/etc/passwd"])
def test_a_lock_that_leads_out(site: Site, file: str) -> None:
    one_of_each(site)
    path = site.src / "wiki" / LOCK_NAME
    text = path.read_text(encoding="utf-8")
    text = text.replace(picture_file_name(KINDS["png"], "png"), file)
    path.write_text(text, encoding="utf-8")
    built = site.build()
    (warning,) = built.warnings
    assert f"wiki/scrapbox.lock: line 8: not the file of a picture: '{file}'" in warning
    assert shown(built) == [address(kind) for kind in (*KINDS, "far")]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_links_are_no_files(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(png())
    one_of_each(site)
    path = site.src / "wiki" / picture_file_name(KINDS["png"], "png")
    path.unlink()
    path.symlink_to(secret)
    built = site.build()
    assert "names files that do not exist" in built.warnings[0]
    assert shown(built)[2] == address("png")
    path.unlink()
    (site.src / "wiki" / PICTURE_FOLDER).rename(tmp_path / "elsewhere")
    (site.src / "wiki" / PICTURE_FOLDER).symlink_to(tmp_path / "elsewhere")
    assert shown(site.build())[0] == address("png")


# -- incremental builds ----------------------------------------------------------------


@pytest.mark.parametrize("parallel", [0, 2])
def test_just_the_pages_that_show_it(site: Site, parallel: int) -> None:
    pages = {
        "A": f"[{address('a')}] [hana.icon]",
        "B": f"[{address('b')}] [ren.icon]",
        "C": "nothing",
    }
    both = {address("a"): ("png", png()), address("b"): ("png", png(3, 3))}
    faces = {"/garden/hana": ("png", FACE), "/garden/ren": ("png", FACE)}

    def build() -> tuple[list[str], list[str]]:
        built = site.build(parallel=parallel)
        return built.read, [name for name in built.written if name.startswith("wiki/")]

    snapshot(site, pages, both, faces)
    build()
    assert build() == ([], [])
    snapshot(site, pages, {**both, address("a"): ("gif", GIF)}, faces)
    assert build() == (["wiki/A"], ["wiki/A"])
    snapshot(site, pages, {address("b"): both[address("b")]}, faces)
    assert build() == (["wiki/A"], ["wiki/A"])
    snapshot(site, pages, both, {"/garden/ren": faces["/garden/ren"]})
    assert build() == (["wiki/A"], ["wiki/A"])
    snapshot(site, pages, both, {"/garden/ren": ("svg", SVG)})
    assert build() == ([], ["wiki/B"])
    snapshot(site, pages, {**both, address("z"): ("gif", GIF)}, {"/garden/ren": ("svg", SVG)})
    assert build() == ([], [])


def test_a_file_that_was_mended(site: Site) -> None:
    snapshot(
        site,
        {"Soil": f"[{address('a')}]", "Sand": "[hana.icon]"},
        {address("a"): ("png", png())},
        {"/garden/hana": ("png", FACE)},
    )
    files = [site.src / "wiki" / picture_file_name(data, "png") for data in (png(), FACE)]
    for file in files:
        file.write_bytes(b"broken")
        os.utime(file, (1, 1))
    assert len(site.build().warnings) == 2
    for file, data in zip(files, (png(), FACE), strict=True):
        file.write_bytes(data)
    built = site.build()
    assert built.warnings == []
    assert shown(built) == [f"../_images/{output_name(png(), 'png')}"]
    assert shown(built, "wiki/Sand.html") == [f"../_images/{output_name(FACE, 'png')}"]


def _output(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".html", ".json", ".js", ".inv"):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


@pytest.mark.long
@pytest.mark.parametrize(("seed", "parallel"), [(1, 0), (2, 2)])
def test_step_by_step_is_as_good_as_new(site: Site, seed: int, parallel: int) -> None:
    chance = random.Random(seed)
    names = ["a", "b", "c"]
    people = ["hana", "ren"]
    data = [("png", png()), ("png", png(3, 3)), ("gif", GIF), ("svg", SVG), ("", b"")]
    bad = ("png", b"<html>")
    site.write(
        {
            "guide/g.md": "# Guide\n\n{scrapbox:icon}`hana`\n\n"
            "```{scrapbox:pages}\n:as: cards\n```\n\n```{scrapbox:people}\n```\n"
        }
    )

    def step() -> None:
        for folder in ("one", "two"):
            pages = {
                f"P{number} {folder}": "\n".join(
                    chance.choice(
                        [f"[{address(chance.choice(names))}]", f"[{chance.choice(people)}.icon] x"]
                    )
                    for _ in range(chance.randint(0, 3))
                )
                for number in range(2)
            }
            if chance.random() < 0.6:  # only files change
                pages = kept.setdefault(folder, pages)
            kept[folder] = pages
            images = {
                address(name): chance.choice([*data, bad])
                for name in names
                if chance.random() < 0.7
            }
            icons = {
                f"/garden/{name}": chance.choice(data) for name in people if chance.random() < 0.7
            }
            snapshot(site, pages, images, icons, folder=folder)

    kept: dict[str, dict[str, str]] = {}
    options: dict[str, Any] = {
        "scrapbox_project": "garden",
        "suppress_warnings": ["scrapbox.duplicate_title", "scrapbox.fetched_file"],
    }
    for _ in range(6):
        step()
        ours = site.build(target="_kept", parallel=parallel, **options)
        fresh = site.build(target="_fresh", **options)
        assert ours.warnings == fresh.warnings == []
        old, anew = dict(_output(ours.out)), dict(_output(fresh.out))
        assert [name for name in anew if old.get(name) != anew[name]] == []
        for path in (fresh.out / "_images").glob("*"):
            assert (ours.out / "_images" / path.name).read_bytes() == path.read_bytes()
        shutil.rmtree(fresh.out.parent)


# -- stills of films -------------------------------------------------------------------

STILL = "https://i.ytimg.com/vi/a1B2-c3D4_e/hqdefault.jpg"
FILM = "[https://youtu.be/a1B2-c3D4_e]"


def test_still_of_a_film_comes_and_goes_with_its_file(site: Site) -> None:
    snapshot(site, {"Soil": FILM}, {})
    built = site.build()
    assert shown(built) == []
    assert "ytimg" not in built.text("wiki/Soil.html")
    snapshot(site, {"Soil": FILM}, {STILL: ("jpg", JPG)})
    built = site.build()
    name = output_name(JPG, "jpg")
    assert shown(built) == [f"../_images/{name}"]
    assert (built.out / "_images" / name).is_file()
    snapshot(site, {"Soil": FILM}, {})
    assert shown(site.build()) == []


@pytest.mark.parametrize("builder", ["epub", "latex", "text"])
def test_still_in_other_formats(site: Site, builder: str) -> None:
    snapshot(site, {"Soil": FILM}, {STILL: ("jpg", JPG)})
    built = site.build(builder, **EPUB)
    assert built.warnings == []
    is_there = any(path.name == output_name(JPG, "jpg") for path in built.out.rglob("*.jpg"))
    assert is_there is (builder == "epub")
