"""Files with the title, the first lines and the language of each wiki page, for previews.

Each file holds many pages, and no page holds previews of others, so that a change of one page
changes one file. A CRC-32 of a page's address tells which file holds it; the script
``previews.js`` computes it from the link.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote
from zlib import crc32

from sphinx.application import Sphinx

from sphinx_scrapbox.sphinx_ext.builders import has_browser_pages
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.incremental import write_changed
from sphinx_scrapbox.sphinx_ext.domain.languages import page_languages, site_language
from sphinx_scrapbox.sphinx_ext.feature import Feature
from sphinx_scrapbox.sphinx_ext.html.assets import FOLDER

PREVIEWS = f"_static/{FOLDER}/previews"
INDEX = "index.json"
PER_FILE = 32
"""Pages of one file, on average: some ten kilobytes."""


class Previews(Feature):
    """The files of previews."""

    name = "previews"

    def finish(self, app: Sphinx) -> None:
        """Write the files that changed and remove old ones."""
        if not has_browser_pages(app.builder):
            return
        folder = Path(app.outdir) / PREVIEWS
        files = _files(app) if options(app.config).previews else {}
        if files:
            folder.mkdir(parents=True, exist_ok=True)
        elif not folder.is_dir():
            return
        for path in folder.glob("*.json"):
            if path.name not in files:
                path.unlink()
        for name, text in files.items():
            write_changed(folder / name, text.encode("utf-8", "replace"))


def _files(app: Sphinx) -> dict[str, str]:
    """The text of each file by its name."""
    previews: dict[str, tuple[str, ...]] = {}
    known, languages = app.env.all_docs, page_languages(domain_of(app.env))
    for docname, facts in domain_of(app.env).facts.items():
        if facts.is_page and docname in known:
            address = unquote(app.builder.get_target_uri(docname))
            language = languages.foreign(docname)
            previews[address] = (
                facts.shown_title or facts.title,
                facts.summary,
                *([language] if language else []),
            )
    if not previews:
        return {}
    # A power of two, so that the number seldom changes while a site grows.
    count = 1 << (len(previews) // PER_FILE).bit_length()
    parts: list[dict[str, tuple[str, ...]]] = [{} for _ in range(count)]
    for address, preview in previews.items():
        parts[crc32(address.encode("utf-8", "replace")) % count][address] = preview
    files = {f"{number}.json": _dumped(part) for number, part in enumerate(parts)}
    files[INDEX] = _dumped({"files": count, "language": site_language(app.config)})
    return files


def _dumped(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n"


FEATURE = Previews()
