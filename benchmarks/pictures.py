"""Takes the pictures of the README and of the documentation.

    python benchmarks/pictures.py
    python benchmarks/pictures.py --review FOLDER [--corpus FOLDER --pages 10] [--themes furo]

Without options it writes into ``example_docs/_static``: ``rendered-page.png`` and ``themes.png``,
a page of the example wiki, light and dark, and in six themes; and ``gallery-*.png``, parts of
pages, for the start page. Run it after each change that readers see. With ``--review`` it writes a
picture of each page in each theme, light, dark, on a phone and in print, into a folder, and sheets
with all themes; do so before and after a change of the style sheet, and compare. The site is that
of ``reading.py``. Needs Chromium, Playwright and the themes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reading import PAGES, ROOT, THEMES, build, launch, open_context, sample, serve, write_sources

STATIC = ROOT / "example_docs" / "_static"
DIALOGUE = "wiki/Where does the rain go-"
GALLERY = {
    "conversation": (DIALOGUE, "article"),
    "languages": ("wiki/pairs/en/Grass cuttings.side-by-side", "article"),
    "changes": ("how-to/what-changed", ".example-result li:has(ins)"),
    "map": ("how-to/link-map", ".scrapbox-map .scrapbox-hop-0"),
}
"""By name of a picture, the page and the element that it shows."""
_GALLERY_SIZE = {"width": 768, "height": 480}
_LIGHT_ONLY = ("alabaster", "sphinx_rtd_theme")
_VIEWS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "print": {"viewport": {"width": 794, "height": 1123}, "color_scheme": "light"},
}
_SHEET = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 16px; background: #8a9099; font: 15px sans-serif; width: max-content }}
main {{ display: grid; grid-template-columns: repeat({columns}, max-content); gap: 16px }}
figure {{ margin: 0 }}
figcaption {{ margin-bottom: 4px; color: #fff }}
img {{ display: block; width: {width}px; height: {height}px; object-fit: cover;
  object-position: top; border-radius: 6px }}
</style><main>{figures}</main>"""


class Camera:
    """Takes pictures of the pages of a built site.

    Other hosts are not asked: their images are shown as one of 800 × 600 pixels.
    """

    def __init__(self, browser: Any, address: str) -> None:
        self._browser = browser
        self._address = address

    @contextmanager
    def _shown(self, page: str, view: str, **options: Any) -> Iterator[Any]:
        context = open_context(self._browser, self._address, **_VIEWS[view] | options)
        tab = context.new_page()
        tab.emulate_media(media="print" if view == "print" else "screen")
        tab.goto(f"{self._address}{quote(page)}.html", wait_until="networkidle")
        try:
            yield tab
        finally:
            context.close()

    def take(self, page: str, view: str, *, whole: bool = False, **options: Any) -> bytes:
        """A PNG of what the window shows, or of the whole page."""
        with self._shown(page, view, **options) as tab:
            picture: bytes = tab.screenshot(full_page=whole)
        return picture

    def take_part(self, page: str, selector: str, size: dict[str, int]) -> bytes:
        """A PNG of *size* with the first element of the selector: in the middle, or its top."""
        margin = 20
        # High enough that nothing stays in place while the page scrolls.
        window = {"viewport": {"width": size["width"], "height": 4000}}
        with self._shown(page, "light", **window) as tab:
            box = tab.locator(selector).first.bounding_box()
            above = max(margin, (size["height"] - box["height"]) / 2)
            before = max(margin, (size["width"] - box["width"]) / 2)
            clip = {"x": box["x"] - before, "y": box["y"] - above, **size}
            picture: bytes = tab.screenshot(clip=clip)
        return picture


def compose(
    browser: Any, pictures: Sequence[tuple[str, bytes]], columns: int, size: tuple[int, int]
) -> bytes:
    """A PNG with several pictures of one *size*, and their captions, in rows."""
    figures = "".join(
        f"<figure><figcaption>{escape(caption)}</figcaption>"
        f'<img src="data:image/png;base64,{b64encode(picture).decode()}"></figure>'
        for caption, picture in pictures
    )
    width, height = size
    tab = browser.new_page()
    tab.set_content(_SHEET.format(columns=columns, width=width, height=height, figures=figures))
    sheet: bytes = tab.locator("body").screenshot()
    tab.close()
    return sheet


def write_pictures(browser: Any, sources: Path, folder: Path) -> None:
    """The pictures of the README and the documentation."""
    themes: list[tuple[str, bytes]] = []
    for theme in THEMES:
        with serve(build(sources, folder, theme)) as address:
            camera = Camera(browser, address)
            window = {"viewport": {"width": 1000, "height": 800}}
            themes += [
                (f"{theme}, {view}", camera.take(DIALOGUE, view, **window))
                for view in (("light", "dark") if theme not in _LIGHT_ONLY else ("light",))
            ]
            if theme == "furo":
                window = {"viewport": {"width": 760, "height": 1040}}
                page = [
                    (f"{Path(DIALOGUE).name}, {view}", camera.take(DIALOGUE, view, **window))
                    for view in ("light", "dark")
                ]
                for name, (place, selector) in GALLERY.items():
                    part = camera.take_part(place, selector, _GALLERY_SIZE)
                    (STATIC / f"gallery-{name}.png").write_bytes(part)
    (STATIC / "rendered-page.png").write_bytes(compose(browser, page, 2, (570, 780)))
    (STATIC / "themes.png").write_bytes(compose(browser, themes, 3, (360, 288)))


def write_review(
    browser: Any, sources: Path, folder: Path, themes: Sequence[str], pages: Sequence[str]
) -> None:
    """Pictures ``PAGE-THEME-VIEW.png``, and ``PAGE-VIEW.png`` with their tops in all themes."""
    sheets: dict[str, list[tuple[str, bytes]]] = {}
    for theme in themes:
        with serve(build(sources, folder / "site", theme)) as address:
            camera = Camera(browser, address)
            for page in pages:
                for view in _VIEWS:
                    name = page.replace("/", "-")
                    picture = camera.take(page, view, whole=True)
                    (folder / f"{name}-{theme}-{view}.png").write_bytes(picture)
                    sheets.setdefault(f"{name}-{view}.png", []).append((theme, picture))
    for name, pictures in sheets.items():
        (folder / name).write_bytes(compose(browser, pictures, 6, (300, 450)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--review", type=Path, help="a folder for pictures of each page")
    parser.add_argument("--themes", default=",".join(THEMES), help="names, separated by commas")
    parser.add_argument("--corpus", type=Path, help="a folder of exported pages")
    parser.add_argument("--pages", type=int, default=10, help="how many of them")
    args = parser.parse_args()
    corpus = sample(args.corpus, args.pages) if args.corpus else []
    pages = [f"corpus/{number:02}" for number in range(len(corpus))] or [*PAGES]
    with tempfile.TemporaryDirectory() as temporary, launch() as browser:
        sources = write_sources(Path(temporary) / "src", corpus)
        if args.review:
            args.review.mkdir(parents=True, exist_ok=True)
            write_review(browser, sources, args.review, args.themes.split(","), pages)
        else:
            write_pictures(browser, sources, Path(temporary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
