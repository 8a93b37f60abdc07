"""What is the same for many pages is asked for once when they are written."""

from __future__ import annotations

from typing import Any

import pytest
import sphinx
import sphinx.builders.html as sphinx_html
import sphinx.environment as sphinx_environment
from docutils import nodes
from sites import Site, page
from sphinx.registry import SphinxComponentRegistry
from sphinx.search.en import SearchEnglish
from sphinx.transforms import SphinxTransformer
from sphinx.transforms.post_transforms import OnlyNodeTransform
from sphinx.transforms.post_transforms.code import HighlightLanguageTransform

from sphinx_scrapbox.rendering.nodes import find_nodes
from sphinx_scrapbox.sphinx_ext.performance.search_index import stemmer

COUNT = 8


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    pages = {f"wiki/{n}.md": page(f"Bed {n}", f"To [[Bed {n + 1}]].") for n in range(COUNT)}
    pages["wiki/code.md"] = page("Code", "py\n\n```\nx = 1\n```\n")
    return Site(
        tmp_path_factory.mktemp("writing") / "src",
        {"index.md": "# Beds\n", "only.rst": "Only\n====\n\n.. only:: html\n\n   A\n", **pages},
    )


def _calls(site: Site, monkeypatch: pytest.MonkeyPatch, **config: Any) -> dict[str, int]:
    """How often a build calls what is replaced."""
    calls: dict[str, int] = {}

    def count(owner: Any, name: str) -> None:
        original = getattr(owner, name)
        key = f"{owner.__name__}.{name}"

        def counting(*args: Any, **options: Any) -> Any:
            calls[key] = calls.get(key, 0) + 1
            return original(*args, **options)

        monkeypatch.setattr(owner, name, counting)

    count(SphinxComponentRegistry, "create_translator")
    count(sphinx_html, "_file_checksum")
    count(OnlyNodeTransform, "run")
    count(HighlightLanguageTransform, "apply")
    site.build(force=True, scrapbox_project="garden-en", **config)
    return calls


def test_less_is_asked_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        fast = _calls(site, patch)
    with monkeypatch.context() as patch:
        slow = _calls(site, patch, scrapbox_fast=False)
    pages = COUNT + 3
    assert slow["sphinx.builders.html._file_checksum"] > 4 * pages
    assert fast["sphinx.builders.html._file_checksum"] < 4 * pages
    assert slow["OnlyNodeTransform.run"] == slow["HighlightLanguageTransform.apply"] == pages
    assert fast["OnlyNodeTransform.run"] == fast["HighlightLanguageTransform.apply"] == 1
    if sphinx.version_info >= (9,):
        assert slow["SphinxComponentRegistry.create_translator"] == 3 * pages
        assert fast["SphinxComponentRegistry.create_translator"] == pages + 1
    assert sphinx_environment.SphinxTransformer is SphinxTransformer  # type: ignore[attr-defined]


def test_words_are_stemmed_as_sphinx_does_it() -> None:
    known, plain = stemmer(SearchEnglish({})), SearchEnglish({}).stem
    words = (
        "Beds sowing yew's 堆肥 堆肥s Bédé bédés 2nd 1990s Y YES'2 y_ naïve İ ſ 10 x² sayſ".split()
    )
    assert list(map(known, words)) == list(map(plain, words))


def test_nodes_are_found_in_the_order_of_the_document() -> None:
    inner = nodes.paragraph("", "", nodes.emphasis("", "a"), nodes.Text("b"))
    root = nodes.section("", nodes.title("", "t"), nodes.section("", inner), nodes.paragraph())
    for kind in (nodes.Element, nodes.Text, nodes.paragraph, nodes.section, nodes.table):
        assert find_nodes(root, kind) == list(root.findall(kind))
