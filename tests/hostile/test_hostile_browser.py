"""In a real browser, in six themes: no payload runs, asks another host or breaks a script."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browsers import NEEDS_CHROMIUM, THEMES, serve
from mathjax import mathjax_folder
from sites import Built, Site

from hostile import corpus
from hostile.browser import Reader

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = NEEDS_CHROMIUM

LOCAL = {"scrapbox_images": False, "scrapbox_videos": False, "mathjax_path": "math.js"}
"""With these options a page asks no other host."""


def test_payloads_would_run(browser: Any, tmp_path: Path) -> None:
    """Without us they do: the canary sings, and requests to the foreign host are seen."""
    payloads = [each for each in corpus.PAYLOADS if each.family in {"addresses", "elements"}]
    for payload in payloads:
        text = payload.text("/secret")
        if payload.family == "addresses":
            quoted = text.replace('"', "&quot;")
            text = f'<a href="{quoted}">x</a><script>document.links[0].click()</script>'
        (tmp_path / f"{payload.number}.html").write_text(f"<!DOCTYPE html><body>{text}")
    frames = "".join(f'<iframe src="{payload.number}.html"></iframe>' for payload in payloads)
    (tmp_path / "all.html").write_text(f"<!DOCTYPE html>{frames}")

    def asked() -> set[str]:
        return {request for request in reader.requests if corpus.EVIL_HOST in request}

    with serve(tmp_path) as address:
        reader = Reader(playwright, browser, address)
        reader.open("all.html")
        reader.wait_until(lambda: len(set(reader.hits)) > 60 and len(asked()) > 20)
        reader.context.close()
    ran = set(reader.hits)
    print(f"\n{len(ran)} of {len(payloads)} payloads run, {len(asked())} ask {corpus.EVIL_HOST}")
    assert len(ran) > 60
    assert len(asked()) > 20


@pytest.mark.filterwarnings("ignore:'sphinx_book_theme")  # 1.4 on Sphinx 9
@pytest.mark.parametrize("theme", THEMES)
def test_no_payload_runs(browser: Any, tmp_path: Path, theme: str) -> None:
    if theme != "alabaster":
        pytest.importorskip(theme, reason=f"{theme} is not installed")
    # Each theme shows a part, in all places, and all names.
    sources = corpus.Sources(tmp_path / "src", THEMES.index(theme), len(THEMES))
    sources.write()
    config = {"scrapbox_project": corpus.PROJECT, "suppress_warnings": ["scrapbox"]}
    built = Site(sources.folder).build(html_theme=theme, **config, **LOCAL)
    (built.out / "_static" / "math.js").write_text("")
    with serve(built.out) as address:
        reader = Reader(playwright, browser, address)
        requests_of_theme = reader.learn_theme("plain.html")
        for path in sorted(built.out.rglob("*.html")):
            name = path.relative_to(built.out).as_posix()
            if name.startswith(("_static/", "_modules/")):
                continue
            reader.open(name)
            reader.click_links()
            if name == "index.html":
                reader.hover_links("/names/")
        reader.search(corpus.WORD, at_least=len(corpus.NAMES))
        reader.context.close()
    print(
        f"\n{theme}: {len(corpus.PAYLOADS)} payloads, {reader.pages} pages, "
        f"{reader.links} links clicked, {reader.previews} previews; of the theme's own: "
        f"{requests_of_theme or 'no requests'}"
    )
    assert reader.problems() == {}
    assert reader.previews >= 50


MATHJAX_4_LOCAL = {"loader": {"paths": {"fonts": "[mathjax]/../@mathjax"}}}


def _with_mathjax(site: Site, version: int, **config: Any) -> Built:
    """Build a site that has a copy of MathJax of its own."""
    folder = mathjax_folder(version)
    built = site.build(
        suppress_warnings=["scrapbox"],
        **LOCAL | {"mathjax_path": "mathjax/tex-mml-chtml.js"} | config,
    )
    static = built.out / "_static"
    (static / "mathjax").symlink_to(folder)
    if version == 4:
        (static / "@mathjax").symlink_to(folder.with_name("@mathjax"))
    return built


@pytest.mark.parametrize("version", [3, 4])
def test_no_payload_runs_when_formulas_are_typeset(
    browser: Any, tmp_path: Path, version: int
) -> None:
    sources = corpus.Sources(tmp_path / "src", version, 6)
    sources.write()
    config = {"mathjax4_config": MATHJAX_4_LOCAL} if version == 4 else {}
    built = _with_mathjax(Site(sources.folder), version, **config)
    formulas = 0
    with serve(built.out) as address:
        reader = Reader(playwright, browser, address)
        for path in sorted(built.out.rglob("*.html")):
            name = path.relative_to(built.out).as_posix()
            if name.startswith(("exported/", "native/", "names/", "index.html")):
                reader.open(name)
                reader.page.evaluate("() => MathJax.startup.promise.catch(console.error)")
                reader.click_links()
                formulas += reader.page.locator(".math mjx-container").count()
                words = reader.page.locator(":not(.math) > mjx-container")
                assert words.count() == 0, f"{name}: {words.first.text_content()}"
        reader.context.close()
    print(f"\nMathJax {version}: {reader.pages} pages, {formulas} formulas typeset")
    assert reader.problems() == {}
    assert formulas > reader.pages


def test_mathjax_4_asks_for_fonts_unless_told_where_they_are(browser: Any, tmp_path: Path) -> None:
    site = Site(tmp_path / "src", {"index.rst": "I\n=\n\n:math:`\\mathcal{A}`\n"})
    for config, host in ({}, "cdn.jsdelivr.net"), ({"mathjax4_config": MATHJAX_4_LOCAL}, ""):
        built = _with_mathjax(site, 4, **config)
        with serve(built.out) as address:
            reader = Reader(playwright, browser, address)
            reader.open("index.html")
            reader.page.evaluate("() => MathJax.startup.promise.catch(() => 0)")
            reader.context.close()
        assert {urlsplit(request).netloc for request in reader.requests} == ({host} - {""})
        shutil.rmtree(built.out)
