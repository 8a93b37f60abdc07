"""Hand-written MyST pages: untouched but for wiki links, tags and roles."""

from __future__ import annotations

from pathlib import Path

import pytest
from docutils import nodes
from sites import Built, Site, page, tree
from sphinx import addnodes

HERE = {"scrapbox_project": "garden-en"}
EXTENSIONS = [
    ["sphinx_scrapbox"],
    ["myst_parser", "sphinx_scrapbox"],
    ["sphinx_scrapbox", "myst_parser"],
]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "src")


def _links(document: nodes.document) -> list[tuple[str, str, str]]:
    """(kind, target, text) of each wiki link."""
    return [
        (xref["reftype"], xref["reftarget"], xref.astext())
        for xref in document.findall(addnodes.pending_xref)
        if xref["refdomain"] == "scrapbox"
    ]


def _read(site: Site, text: str, **config: object) -> nodes.document:
    site.write({"index.md": text})
    built = site.build(**{**HERE, **config})
    assert built.warnings == []
    return built.doctree("index")


MYST = """---
myst:
  substitutions:
    name: value
  enable_extensions: [dollarmath, substitution, deflist, colon_fence, tasklist, fieldlist]
---
# A hand-written page

Text with *emphasis*, `code [[x]]`, $a^2$, a [link](https://example.org "title"), a
footnote[^1], {math}`x`, <https://example.org/auto>, and \\[\\[escaped\\]\\].
  Line two "quoted" -- dash...

(target)=
## Section

- [ ] task
- item {ref}`target`

  ```python
  x = [["a"]]
  ```

```{note}
:class: wide
Nested *text*.
```

:::{tip}
Colon.
:::

Term
: Definition

| a | b |
|---|---|
| 1 | [2](#section) |

<div class="raw">raw</div>

> quote

% comment

+++

$$
[[1]]
$$

---

![alt](image.png)

[^1]: The note.
"""


def test_a_page_is_what_myst_makes_of_it(tmp_path: Path) -> None:
    trees = []
    for extensions in (["myst_parser"], *EXTENSIONS):
        site = Site(tmp_path / "-".join(extensions), {"index.md": MYST, "image.png": ""})
        built = site.build("xml", extensions=extensions, suppress_warnings=["image.not_readable"])
        assert built.warnings == []
        trees.append(tree(built.doctree("index")))
    assert "math_block" in trees[0]
    assert trees[1:] == trees[:1] * 3


@pytest.mark.parametrize("extensions", EXTENSIONS)
def test_links_in_any_order_of_extensions(site: Site, extensions: list[str]) -> None:
    document = _read(site, "# Page\n\nSee [[Other]].\n", extensions=extensions)
    assert _links(document) == [("page", "Other", "Other")]


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("[[Other page]]", [("page", "Other page", "Other page")]),
        ("[[ Other page ]]", [("page", "Other page", "Other page")]),
        ("[[Other|some text]]", [("page", "Other", "some text")]),
        ("[[/garden/堆肥]]", [("page", "/garden/堆肥", "/garden/堆肥")]),
        ("[[A]][[B]]s", [("page", "A", "A"), ("page", "B", "B")]),
        ("**[[A]]** and *[[B|b]]*", [("page", "A", "A"), ("page", "B", "b")]),
        ("- list [[A]]\n\n> quote [[B]]", [("page", "A", "A"), ("page", "B", "B")]),
        ("| a |\n|---|\n| [[A]] |", [("page", "A", "A")]),
        ("| a |\n|---|\n| [[A\\|text]] |", [("page", "A", "text")]),
        ("## Heading [[A]]", [("page", "A", "A")]),
        ("```{note}\n[[A]]\n```", [("page", "A", "A")]),
        ("```{note} \n- [[A]]\n```", [("page", "A", "A")]),
        ("[[A#5ae4aae4aff09e00009a6337]]", [("page", "A#5ae4aae4aff09e00009a6337", "A")]),
        ("[[C#]]", [("page", "C#", "C#")]),
        (r"\[[A]]", []),
        (r"[\[A]]", []),
        ("`[[A]]`", []),
        ("```\n[[A]]\n```", []),
        ("    [[A]]", []),
        ("[[]] [[ ]]", []),
        ("[[A\nB]]", []),
        ("[[[A]]]", [("page", "A", "A")]),
        ("[[A|]]", []),
        # What Markdown has its own reading of stays Markdown's.
        ("[[1]](https://example.org)", []),
        ("[see [[A]] now](https://example.org)", [("page", "A", "A")]),  # the inner one, as ever
        ("a note[[^1]]\n\n[^1]: text", []),
        ("$[[1]]$", [("page", "1", "1")]),
    ],
)
def test_links(site: Site, text: str, links: list[tuple[str, str, str]]) -> None:
    assert _links(_read(site, f"# Page\n\n{text}\n")) == links


def test_markdown_link_around_brackets_is_kept(site: Site) -> None:
    document = _read(site, "# Page\n\nTold before [[1]](https://example.org).\n")
    (link,) = document.findall(nodes.reference)
    assert (link.astext(), link["refuri"]) == ("[1]", "https://example.org")


def test_links_off(site: Site) -> None:
    document = _read(site, "# Page\n\n[[A]] and [[B|b]]\n", scrapbox_myst_links=False)
    assert _links(document) == []
    assert "[[A]] and [[B|b]]" in document.astext()


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#tag at the start", ["tag"]),
        ("a #tag, and #two", ["tag,", "two"]),
        ("line\n#tag", ["tag"]),
        ("issue #216 and C# and a#b", []),
        ("`#no` and [#no](https://example.org)", []),
        ("**bold** #yes", ["yes"]),
        ("- #堆肥", ["堆肥"]),
        ("## Heading #tag", ["tag"]),
        (r"\#no", []),
    ],
)
def test_tags(site: Site, text: str, tags: list[str]) -> None:
    found = _links(_read(site, f"# Page\n\n{text}\n", scrapbox_myst_tags=True))
    assert [(kind, tag) for kind, tag, _ in found] == [("tag", tag) for tag in tags]
    assert _links(_read(site, f"# Page\n\n{text}\n")) == []


def test_tags_lose_no_text(site: Site) -> None:
    document = _read(site, "# Page\n\nOne #two three #four\n#five six\n", scrapbox_myst_tags=True)
    (paragraph,) = document.findall(nodes.paragraph)
    assert paragraph.astext() == "One #two three #four\n#five six"


def test_roles_in_headings_and_nested(site: Site) -> None:
    heading = "# Page of {scrapbox:icon}`hana`\n\n## {scrapbox:page}`A` here\n\n"
    text = f"{heading}```{{note}}\n{{scrapbox}}`B`\n```\n"
    document = _read(site, text)
    assert [target for _, target, _ in _links(document)] == ["hana", "A", "B"]


# -- which pages are exported ones ------------------------------------------------------


def _is_page(built: Built, docname: str) -> bool:
    return built.facts(docname).is_page


def test_front_matter_with_more_than_a_title_is_no_export(site: Site) -> None:
    exported = page("Page", "Text with #tag.")
    site.write(
        {
            "index.md": "# Index\n",
            "export.md": exported,
            "more.md": exported.replace("\n---\n", "\norphan: true\n---\n", 1),
            "none.md": "---\norphan: true\n---\n# None\n",
            "title.md": '---\ntitle: "Bare"\norphan: true\n---\n# Bare\n',
        }
    )
    built = site.build(**HERE)
    assert built.warnings == []
    found = {name for name in built.app.env.found_docs if _is_page(built, name)}
    assert found == {"export"}


def test_a_page_about_exported_pages_is_none(site: Site) -> None:
    shown = page("Shown", "Text.")
    site.write({"index.md": f'---\ntitle: "Guide"\n---\n# Guide\n\n````\n{shown}\n````\n'})
    built = site.build(**HERE)
    assert built.warnings == []
    assert not _is_page(built, "index")


@pytest.mark.parametrize("globs", [["wiki/**"], "wiki/**", ["wiki/*.md"]])
def test_pages_named_by_globs(site: Site, globs: object) -> None:
    plain = '---\ntitle: "{}"\n---\n\nOne\nTwo\n    - three'
    site.write(
        {
            "index.md": "# Index\n",
            "wiki/a.md": plain.format("A"),
            "wiki/b.md": "No front matter.\n",
        }
    )
    built = site.build(scrapbox_pages=globs, **HERE)
    assert built.warnings == []
    assert [built.facts(name).title for name in ("wiki/a", "wiki/b", "index")] == ["A", "b", ""]
    assert len(list(built.doctree("wiki/a").findall(nodes.line))) == 2


def test_settings_do_not_leak_between_documents(site: Site) -> None:
    site.write(
        {"a.md": page("A", 'Say "so" -- it...'), "index.md": '# Index\n\nSay "so" -- it.\n'}
    )
    built = site.build(**HERE)
    assert 'Say "so" -- it...' in built.doctree("a").astext()
    assert "Say “so” – it." in built.doctree("index").astext()
