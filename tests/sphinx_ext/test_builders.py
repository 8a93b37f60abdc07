"""Every output format writes the fixture site whole and without a word of warning."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path
from weakref import ref

import pytest
from docutils.parsers.rst.states import RSTState
from sites import BUILDERS, EPUB, Built, Site, broken_links

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

WORDS = (
    "A talk on compost by Ren Aoki",
    "Why heaps go cold",
    "A heap below one cubic metre loses its heat.",
    "soil temperature",
    "Anything dry and rich in carbon.",
    "In the end patience wins.",
)


@pytest.fixture(scope="module", params=BUILDERS)
def built(
    request: pytest.FixtureRequest, rootdir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Built:
    src = tmp_path_factory.mktemp(request.param) / "site"
    shutil.copytree(rootdir / "test-wiki", src)
    # A PDF, a manual and a single file hold what toctrees lead to.
    documents = [("index", "wiki", "Wiki", "Nobody", 1)]
    return Site(src).build(
        request.param,
        **EPUB,
        man_pages=documents,
        latex_documents=[("index", "wiki.tex", "Wiki", "Nobody", "manual")],
        texinfo_documents=[("index", "wiki", "Wiki", "Nobody", "wiki", "", "")],
        gettext_compact=False,
    )


def test_no_warnings(built: Built) -> None:
    assert built.warnings == []


def test_words_arrive(built: Built) -> None:
    everything = "\n".join(
        path.read_text(encoding="utf-8")
        for path in built.out.rglob("*")
        if path.suffix in {".html", ".xhtml", ".tex", ".txt", ".1", ".texi", ".pot", ".xml"}
        or path.suffix in {".pseudoxml", ".fjson"}
    )
    everything = " ".join(everything.replace("\\sphinxhyphen{}", "-").replace("\\-", "-").split())
    for words in WORDS:
        assert words in everything, words


def test_links_lead_somewhere(built: Built) -> None:
    name = built.app.builder.name
    broken = broken_links(built.out) if name in ("html", "dirhtml", "singlehtml", "epub") else []
    if name == "singlehtml":
        # Sphinx's own sidebar leads to pages that a single file has not.
        broken = [link for link in broken if "wiki/" not in link or "#document-wiki" not in link]
        broken = [link for link in broken if not link.endswith(("search.html", "genindex.html"))]
    assert broken == []


@pytest.mark.parametrize("builder", ["html", "epub", "latex", "text"])
def test_a_build_that_is_over_is_freed(rootdir: Path, tmp_path: Path, builder: str) -> None:
    """Programs build again and again in one process; Sphinx itself keeps the last build."""
    kept = []
    for name in ("one", "other"):
        shutil.copytree(rootdir / "test-wiki", tmp_path / name)
        built = Site(tmp_path / name).build(builder, scrapbox_related=True, **EPUB)
        kept.append((ref(built.app), ref(built.app.env)))
        del built
    RSTState.nested_sm_cache.clear()  # docutils keeps parsers, each with its document
    gc.collect()
    application, environment = kept[0]
    assert (application(), environment()) == (None, None)
