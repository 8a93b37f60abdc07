"""Turns and translation notices written by hand give the nodes that a reader's page gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from sites import Built, Site, icon, language_links, page, tree

HERE = {"scrapbox_project": "garden-en", "suppress_warnings": ["toc.not_included"]}
PEOPLE = {"hana": {"name": "Hana Mori", "link": "https://example.org/hana"}}
FOOTER = (
    "This page is auto-translated from [/garden/堆肥の話](https://scrapbox.io/garden/堆肥の話) "
    "using DeepL. If you looks something interesting but the auto-translated English is not good "
    "enough to understand it, feel free to let me know at "
    "[@garden_en](https://twitter.com/garden_en). I'm very happy to spread my thought to "
    "non-Japanese readers."
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src", {"index.rst": "Index\n=====\n"})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(
        tmp_path_factory.mktemp("directives") / "src",
        {
            "index.rst": """
Rest
====

.. scrapbox:speech:: hana

   I water *twice* a day.

   - And you?

.. scrapbox:speech:: /garden/Ren Aoki

   Never.

.. scrapbox:translation:: /garden/堆肥の話
   :from: ja
   :to: en
   :engine: DeepL
   :contact: @garden_en <https://twitter.com/garden_en>
""",
            "myst.md": """
# Myst

```{scrapbox:speech} hana
I water *twice* a day.

- And you?
```

:::{scrapbox:speech} /garden/Ren Aoki
Never.
:::

```{scrapbox:translation} /garden/堆肥の話
:from: ja
:to: en
:engine: DeepL
:contact: "@garden_en <https://twitter.com/garden_en>"
```
""",
            "wiki.md": page(
                "Wiki",
                icon("hana") + "I water *twice* a day.",
                "- And you?",
                "",
                icon("Ren Aoki", "garden") + "Never.",
                "",
                "---",
                FOOTER,
            ),
        },
    )
    return site.build(scrapbox_people=PEOPLE, myst_enable_extensions=["colon_fence"], **HERE)


def _shapes(built: Built, docname: str) -> list[str]:
    found = built.doctree(docname).findall(
        lambda node: node.tagname in ("scrapbox_speech", "admonition")
    )
    return [tree(node) for node in found]


def test_both_markups_give_one_doctree(built: Built) -> None:
    assert built.warnings == []
    assert len(_shapes(built, "index")) == 3
    assert _shapes(built, "index") == _shapes(built, "myst")


def test_a_page_gives_the_same(built: Built) -> None:
    wiki = _shapes(built, "wiki")
    by_hand = [
        shape.replace("<emphasis>\n      'twice'", "'*twice*'")
        for shape in _shapes(built, "index")
    ]
    assert wiki[1] == by_hand[1]
    assert wiki[2] == by_hand[2]
    assert wiki[0].split("\n")[:4] == by_hand[0].split("\n")[:4]


def test_both_give_the_domain_the_same_facts(built: Built) -> None:
    def left(docname: str) -> tuple[object, ...]:
        facts = built.facts(docname)
        return facts.source, facts.source_language, facts.target_language, facts.translated

    assert left("index") == left("myst") == left("wiki")
    for docname in ("index", "myst", "wiki"):
        root = built.html(f"{docname}.html").root
        assert list(language_links(root)) == ["ja", "en"]
        assert root.one("html")["lang"] == "en"


def test_lines_are_known(built: Built) -> None:
    for docname, lines in {"index": [5, 11, 15], "myst": [4, 10, 14]}.items():
        turns = built.doctree(docname).findall(
            lambda node: node.tagname in ("scrapbox_speech", "admonition")
        )
        assert [turn.line for turn in turns] == lines


def test_contact_without_address(site: Site) -> None:
    text = ".. scrapbox:translation:: /garden/A\n   :contact: the gardener\n"
    site.write({"index.rst": f"Index\n=====\n\n{text}"})
    built = site.build(**HERE)
    assert built.warnings == []
    assert "please tell the gardener." in built.html("index.html").body.text


def test_translation_by_a_human(site: Site) -> None:
    text = (
        ".. scrapbox:translation:: /garden/A\n   :human:\n   :to: en\n   :contact: the gardener\n"
        "   :date: 2025-04-01\n"
    )
    site.write({"index.rst": f"Index\n=====\n\n{text}"})
    built = site.build(scrapbox_translation_text="A machine did it.", **HERE)
    assert built.warnings == []
    html = built.html("index.html")
    assert "Translation This page is a translation of A. Translated on 2025-04-01. If a" in (
        " ".join(html.body.text.split())
    )
    assert not html.root.all("meta", content="machine")
    assert "achine" not in html.body.text


def test_contact_with_an_address_that_is_none(site: Site) -> None:
    text = ".. scrapbox:translation:: /garden/A\n   :contact: me <javascript:alert(1)>\n"
    site.write({"index.rst": f"Index\n=====\n\n{text}"})
    body = site.build(**HERE).html("index.html").body
    assert "please tell me." in body.text
    assert all("javascript" not in link["href"] for link in body.all("a"))


@pytest.mark.parametrize(
    ("directive", "warning"),
    [
        (
            ".. scrapbox:speech:: hana\n",
            "SRC/index.rst:4: WARNING: scrapbox:speech: 'hana': the directive has no "
            "content [scrapbox.directive]",
        ),
        (
            ".. scrapbox:translation:: /garden/A\n   :to: 'english'!\n",
            "SRC/index.rst:4: WARNING: scrapbox:translation: option 'to' must be a language tag "
            "such as 'en', not \"'english'!\"; it is ignored [scrapbox.directive]",
        ),
        (
            ".. scrapbox:translation:: /garden/A\n   :engine:\n",
            "SRC/index.rst:4: WARNING: scrapbox:translation: option 'engine' is empty; it is "
            "ignored [scrapbox.directive]",
        ),
        (
            ".. scrapbox:translation:: /garden\n",
            "SRC/index.rst:4: WARNING: scrapbox:translation: '/garden' names no page "
            "[scrapbox.directive]",
        ),
    ],
)
def test_mistakes_are_told(site: Site, directive: str, warning: str) -> None:
    site.write({"index.rst": f"Index\n=====\n\n{directive}"})
    assert site.build(**HERE).warnings == [warning]
    quiet = {**HERE, "suppress_warnings": ["scrapbox.directive"]}
    assert site.build(target="_quiet", **quiet).warnings == []


def test_mistakes_are_told_in_myst(site: Site) -> None:
    site.write({"myst.md": "# Myst\n\nText.\n\n```{scrapbox:speech} hana\n```\n"})
    (warning,) = site.build(**HERE).warnings
    assert warning.startswith("SRC/myst.md:5: WARNING: scrapbox:speech: 'hana': the directive")


def test_a_turn_counts_as_a_fact(built: Built) -> None:
    facts = built.app.env.domains["scrapbox"].facts["index"]  # type: ignore[attr-defined]
    assert facts.people == ("hana", "/garden/Ren Aoki")
    assert facts.source == "/garden/堆肥の話"
    assert not list(built.doctree("index").findall(nodes.system_message))
