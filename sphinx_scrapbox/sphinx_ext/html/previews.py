"""What a link shows of its page before it is followed: the title and the first lines.

They are kept in a few small files beside the site, so a page that changes changes its file
and none of the pages that link to it. Which file holds a page is told by a checksum of the
page's address, which the script works out from the link: no link bears a mark.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from zlib import crc32

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "_static/scrapbox-previews"
INDEX = "index.json"
PER_FILE = 32
"""Pages of one file, more or less: some ten kilobytes."""


def add_preview_script(app: Sphinx) -> None:
    if options(app.config).previews and has_browser_pages(app.builder):
        app.add_js_file("scrapbox-previews.js", loading_method="defer")


def write_previews(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and has_browser_pages(app.builder):
        folder = Path(app.outdir) / FOLDER
        files = _files(app) if options(app.config).previews else {}
        if files:
            folder.mkdir(parents=True, exist_ok=True)
        elif not folder.is_dir():
            return
        for path in folder.glob("*.json"):
            if path.name not in files:
                path.unlink()
        for name, text in files.items():
            _write(folder / name, text)


def _files(app: Sphinx) -> dict[str, str]:
    """The text of each file by its name."""
    previews: dict[str, tuple[str, str]] = {}
    known = app.env.all_docs
    for docname, facts in domain_of(app.env).facts.items():
        if facts.is_page and docname in known:
            address = unquote(app.builder.get_target_uri(docname))
            previews[address] = (facts.title, facts.summary)
    if not previews:
        return {}
    # A power of two, so that the number stays the same while a site grows a little.
    count = 1 << (len(previews) // PER_FILE).bit_length()
    parts: list[dict[str, tuple[str, str]]] = [{} for _ in range(count)]
    for address, preview in previews.items():
        parts[crc32(address.encode("utf-8", "replace")) % count][address] = preview
    files = {f"{number}.json": _dumped(part) for number, part in enumerate(parts)}
    files[INDEX] = _dumped({"files": count})
    return files


def _dumped(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n"


def _write(path: Path, text: str) -> None:
    """Write a file if it says something new."""
    data = text.encode("utf-8", "replace")
    try:
        if path.read_bytes() == data:
            return
    except FileNotFoundError:
        pass
    path.write_bytes(data)
