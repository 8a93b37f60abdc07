"""Which lines of an export are the rest of the bold line above."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.formats.markdown.bold import continues
from sphinx_scrapbox.formats.markdown.writer import write_markdown
from sphinx_scrapbox.wiki.ast import Decoration, Line, Page, Text


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("### Rake", "."),
        ("### Rake", "。次"),
        ("### Rake", ": a tool"),
        ("### Rake", "：道具"),
        ("### Rake", "?"),
        ("by ### Ann", "'s idea"),
        ("the ### rake", ", which is red"),
        ("so ([### bold", ") y"),
        ("up to ### 20", "% of it"),
        ('say "### good', '" to all'),
        ("「### この畑で", "どう育てる」と"),
        ("合言葉が ### 「水」", "という話です"),
        ("まず、### 小さい畑", "していく"),
        ("一つの ### 畑", "の土"),
        ("many ### rake", "s are red"),
        ("a ### well", "-known way"),
        ("see the ### colour of", "[[Rake]] first"),
        ("an ### idea", "(of hers) is good"),
        ("an ### idea", "— hers"),
        ("at ### example", ".org"),
        ("the ### idea", "...and so on"),
    ],
)
def test_rest(above: str, line: str) -> None:
    assert continues(above, line)


@pytest.mark.parametrize(
    ("above", "line"),
    [
        ("### Rake", '"Red" or not'),
        ("### Rake", "'Red' or not"),
        ("### Rake", "「赤い」"),
        ("### Rake", ":leaf:"),
        ("### Rake", ".gitignore"),
        ("### Rake", "...and so on"),
        ("### Rake", "を使う"),
        ("### Rake", "(red)"),
        ("### Rake", "%TAG"),
        ("### Rake", "![image](https://a.example/b.png)"),
        ("the ### rake", "Next line"),
        ("the ### rake", "[[Soil]]"),
        ("the ### rake", "(red)"),
        ("the ### rake", "→ red"),
        ("the ### rake", ":leaf: red"),
        ("the ### rake", "・red"),
        ("the ### rake", "> red"),
        ("the ### colour of", "1. red"),
        ("the ### colour of", "![image](https://a.example/b.png)"),
        ("it is ### done.", "という"),
        ("一つの ### 畑", "でも違う"),
        ("一つの ### 畑", "もし"),
        ("一つの ### 畑", "すると"),
        ("a rake", ", red"),
        ("C# rake", ") red"),
        ("so # 1 is", "s are red"),
    ],
)
def test_line_of_its_own(above: str, line: str) -> None:
    assert not continues(above, line)


@pytest.mark.parametrize("rest", [", red", "。次", " red", ": red"])
def test_writer_keeps_the_lines_apart_and_the_rest_together(rest: str) -> None:
    bold = Decoration("*", (Text("rake"),))
    line = Line(0, (Text("the "), bold, Text(rest)))
    assert write_markdown(Page("P", (line,))).endswith(f"the ### rake\n{rest}")
    page = read_markdown(
        write_markdown(Page("P", (line, Line(0, (bold,)), Line(0, (Text(rest),)))))
    )
    assert page.blocks[0] == line
    assert len(page.blocks) == 3
