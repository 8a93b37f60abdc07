"""Who speaks, signs or is only mentioned; every talk here is invented."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sphinx_scrapbox.formats.markdown.blocks import read_markdown
from sphinx_scrapbox.wiki.ast import (
    CodeBlock,
    Decoration,
    Icon,
    IconRole,
    Inline,
    Line,
    Numbered,
    Page,
    PageLink,
    Quote,
    Strong,
    Table,
    Text,
)
from sphinx_scrapbox.wiki.outline import (
    Bullets,
    Gap,
    HorizontalRule,
    Numbers,
    Part,
    Quotes,
    Run,
    Section,
    Turn,
    outline,
)
from sphinx_scrapbox.wiki.redaction import NamePatterns
from sphinx_scrapbox.wiki.speakers import EMOJI_PROJECTS, Speakers
from sphinx_scrapbox.wiki.structure import StructureOptions, arrange, structure
from sphinx_scrapbox.wiki.titles import join_target, key

MIO, REN, EN, JA = Icon("mio"), Icon("ren"), Icon("en"), Icon("ja")
SPROUT = Icon("sprout", "icons")
BLANK = Line(0)
LETTERS = {
    IconRole.MENTION: "m",
    IconRole.SPEAKER: "s",
    IconRole.SIGNATURE: "!",
    IconRole.MARK: "*",
}


def line(indent: int, *nodes: Inline | str) -> Line:
    return Line(indent, tuple(Text(node) if isinstance(node, str) else node for node in nodes))


def marked(*lines: Line | CodeBlock | Table, marks: frozenset[str] | None = None) -> list[object]:
    speakers = Speakers() if marks is None else Speakers(marks)
    return shape(speakers.mark(outline(lines).parts))


def shape(parts: tuple[Part, ...]) -> list[object]:
    """The tree in short; an icon is its name and a letter for its role, a turn ``name: …``."""
    return [one for part in parts for one in _shapes_of(part)]


def _shapes_of(part: Part) -> list[object]:
    match part:
        case Run(lines, below):
            words = " / ".join(words_of(each.nodes) for each in lines)
            return [(words, *shape(below)) if below else words]
        case Quotes(lines, below):
            words = "> " + " / ".join(words_of(each.nodes) for each in lines)
            return [(words, *shape(below)) if below else words]
        case Bullets(items):
            return [[item[0] if len(item) == 1 else tuple(item) for item in map(shape, items)]]
        case Numbers(start, items):
            return [{number: shape(item)[0] for number, item in enumerate(items, start)}]
        case Section(title, beside, inner):
            return [(f"# {words_of(title)} ({words_of(beside)})", *shape(inner))]
        case Turn(speakers, said):
            return [(f"{' '.join(icon.name for icon in speakers)}:", *shape(said))]
        case CodeBlock():
            return ["<code>"]
        case Table():
            return ["<table>"]
        case HorizontalRule():
            return ["---"]
        case Gap():
            return [""]


def words_of(nodes: tuple[Inline, ...]) -> str:
    out = ""
    for node in nodes:
        match node:
            case Text(words):
                out += words
            case Icon(name, role=role):
                out += f"{{{name}{LETTERS[role]}}}"
            case PageLink(title):
                out += f"[{title}]"
            case Quote(inner) | Strong(inner) | Decoration(_, inner) | Numbered(_, inner):
                out += words_of(inner)
    return out


# -- leading ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((MIO, "dig here"), ("mio:", "dig here")),
        ((MIO, " dig here"), ("mio:", "dig here")),
        ((MIO, " ", "\u3000dig"), ("mio:", "dig")),
        ((MIO, ": dig here"), ("mio:", "dig here")),
        ((MIO, "：dig here"), ("mio:", "dig here")),
        ((MIO, ":-)"), ("mio:", ":-)")),
        ((MIO, PageLink("Soil")), ("mio:", "[Soil]")),
        ((MIO, "はい"), ("mio:", "はい")),
        ((MIO, REN, "we agree"), ("mio ren:", "we agree")),
        ((MIO, " ", REN, " we agree"), ("mio ren:", "we agree")),
        ((MIO, "dig ", REN), ("mio:", "dig {ren!}")),
        ((MIO, "ask ", REN, " first"), ("mio:", "ask {renm} first")),
        ((MIO, SPROUT, "dig"), ("mio:", "{sprout*}dig")),
        ((SPROUT, MIO, "dig"), ("mio:", "{sprout*}dig")),
    ],
)
def test_icon_in_front_of_words_opens_a_turn(
    nodes: tuple[Inline | str, ...], expected: object
) -> None:
    assert marked(line(0, *nodes)) == [expected]
    assert marked(line(1, *nodes)) == [[expected]]


def test_what_hangs_below_belongs_to_the_turn() -> None:
    assert marked(line(0, MIO, "dig"), line(1, "deep"), line(0, "so")) == [
        ("mio:", ("dig", ["deep"])),
        "so",
    ]


def test_reply_nests() -> None:
    page = (line(1, MIO, "dig?"), line(2, REN, "yes"), line(3, MIO, "how deep?"), line(1, "so"))
    inner = ("ren:", ("yes", [("mio:", "how deep?")]))
    assert marked(*page) == [[("mio:", ("dig?", [inner])), "so"]]


def test_turns_among_text() -> None:
    page = (line(0, "one"), line(0, MIO, "two"), line(0, "three"), line(0, REN, "four"))
    assert marked(*page) == ["one", ("mio:", "two"), "three", ("ren:", "four")]


def test_source_of_a_turn_is_that_of_its_words() -> None:
    head = '---\ntitle: "Talk"\n---\n\n'
    icon = "<img src='https://scrapbox.io/api/pages/g/{0}/icon' alt='{0}.icon' height=\"19.5\"/>"
    body = icon.format("mio") + icon.format("ren's") + ": dig [[Soil]]"
    (turn,) = Speakers().mark(outline(read_markdown(head + body).blocks).parts)
    assert isinstance(turn, Turn)
    (run,) = turn.parts
    assert isinstance(run, Run)
    assert run.lines[0].source == "dig [[Soil]]"
    assert [icon.name for icon in turn.speakers] == ["mio", "ren's"]
    assert {icon.role for icon in turn.speakers} == {IconRole.SPEAKER}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("[mio.icon]dig", "dig"),
        ("[mio.icon] [ren.icon*2] dig [x.icon]", "dig [x.icon]"),
        ("[/garden/mio.icon]： dig", "dig"),
        ("dig", "dig"),
    ],
)
def test_source_of_a_native_turn(source: str, words: str) -> None:
    (turn,) = Speakers().mark((Run((Line(0, (MIO, Text("dig")), source),)),))
    assert isinstance(turn, Turn)
    (run,) = turn.parts
    assert isinstance(run, Run)
    assert run.lines[0].source == words


@pytest.mark.parametrize("address", ["さん", "くん", "ちゃん", "君", "氏", "様", "先生"])
def test_form_of_address_makes_a_mention(address: str) -> None:
    assert marked(line(0, MIO, f"{address}, dig")) == [f"{{miom}}{address}, dig"]
    assert marked(line(0, MIO, f" {address}")) == [f"{{miom}} {address}"]


@pytest.mark.parametrize("words", ["'s bed", "\u2019s bed"])
def test_possessive_makes_a_mention(words: str) -> None:
    assert marked(line(0, MIO, words)) == [f"{{miom}}{words}"]
    assert marked(line(0, MIO, "'soil'")) == [("mio:", "'soil'")]


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((MIO, "は掘る"), "{miom}は掘る"),
        ((MIO, "\u3000は", PageLink("溝"), "を掘る"), "{miom}\u3000は[溝]を掘る"),
        ((MIO, "や", REN, "が掘る"), "{miom}や{renm}が掘る"),
        ((MIO, "と", REN, "で掘った"), "{miom}と{renm}で掘った"),
        ((MIO, " thinks so ", REN), "{miom} thinks so {ren!}"),
        ((MIO, " and ", REN, " dig"), "{miom} and {renm} dig"),
        ((MIO, " and ", REN), "{miom} and {ren!}"),
        ((MIO, ", ", REN, " dig"), "{miom}, {renm} dig"),
        ((MIO, "이 팠다"), "{miom}이 팠다"),
        ((MIO, Decoration("*", (Text("は掘る"),))), "{miom}は掘る"),
        ((MIO, " ", Strong((Text("and "), REN)), " dig"), "{miom} and {renm} dig"),
        ((MIO, "→ ", REN), "{miom}→ {ren!}"),
        ((MIO, " ", PageLink("Mio")), "{miom} [Mio]"),
        ((MIO, " Mio"), "{miom} Mio"),
        ((MIO, "Mio has the key"), "{miom}Mio has the key"),
        ((Icon("青木"), " 青木の鍵"), "{青木m} 青木の鍵"),
        ((MIO, PageLink("", "mio"), "のように"), "{miom}[]のように"),
        ((Icon("Ken", "shed"), PageLink("", "shed")), "{Kenm}[]"),
    ],
)
def test_icon_that_is_a_word_stays_in_its_sentence(
    nodes: tuple[Inline | str, ...], expected: str
) -> None:
    assert marked(line(0, *nodes)) == [expected]
    assert marked(line(1, *nodes)) == [[expected]]
    (row,) = marked(line(0, *nodes), line(1, "deep"))
    assert row == (expected, ["deep"])


def test_icon_that_is_a_word_of_a_quotation() -> None:
    assert marked(line(0, Quote((MIO, Text("は掘る"))))) == ["> {miom}は掘る"]


@pytest.mark.parametrize("words", ["Mio here, hello", "miovision", "mioです", "mio: dig"])
def test_turn_may_begin_with_the_name_of_its_speaker(words: str) -> None:
    assert marked(line(0, MIO, words)) == [("mio:", words)]


@pytest.mark.parametrize(
    "link", [PageLink("Mio", "shed"), PageLink("Soil"), PageLink("Soil", "mio")]
)
def test_other_links_do_not_name_the_icon(link: PageLink) -> None:
    assert marked(line(0, MIO, link)) == [("mio:", f"[{link.title}]")]


# -- trailing and in the middle --------------------------------------------------------


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        (("dig", MIO), "dig{mio!}"),
        (("dig ", MIO, " "), "dig {mio!} "),
        (("dig", MIO, REN), "dig{mio!}{ren!}"),
        (("dig", SPROUT, MIO), "dig{sprout*}{mio!}"),
        (("dig", EN), "dig{en*}"),
        ((PageLink("Soil"), MIO), "[Soil]{mio!}"),
        (("ask ", MIO, " first"), "ask {miom} first"),
        (("ask ", MIO, " and ", REN), "ask {miom} and {ren!}"),
        (("see ", SPROUT, " first"), "see {sprout*} first"),
        ((EN, "dig"), "{en*}dig"),
        ((SPROUT, "dig", MIO), "{sprout*}dig{mio!}"),
    ],
)
def test_signatures_and_mentions(nodes: tuple[Inline | str, ...], expected: str) -> None:
    assert marked(line(0, *nodes)) == [expected]
    assert marked(line(1, *nodes)) == [[expected]]


def test_signature_covers_its_own_line() -> None:
    page = (line(1, "dig", MIO), line(2, "deep", REN), line(1, "sow"))
    assert marked(*page) == [[("dig{mio!}", ["deep{ren!}"]), "sow"]]


# -- alone -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            (line(0, "dig"), line(0, "rake"), BLANK, line(0, "sow")),
            [("mio:", "dig / rake"), "", "sow"],
        ),
        ((line(0, "dig"), line(0, REN), line(0, "no")), [("mio:", "dig"), ("ren:", "no")]),
        (
            (line(0, "dig"), line(0, REN, "no"), line(0, "so")),
            [("mio:", "dig"), ("ren:", "no"), "so"],
        ),
        ((line(0, "dig"), line(0, "---"), line(0, "so")), [("mio:", "dig"), "---", "so"]),
        (
            (line(0, "dig"), line(0, Decoration("*", (Text("Beds"),)))),
            [("mio:", "dig"), ("# Beds ()",)],
        ),
        ((line(1, "dig"), line(2, "deep")), [("mio:", [("dig", ["deep"])])]),
        ((line(1, "dig"), line(0, "sow"), BLANK), [("mio:", ["dig"], "sow")]),
        (
            (line(0, "so:"), CodeBlock(0, "a", ()), line(0, "then")),
            [("mio:", "so:", "<code>", "then")],
        ),
        ((line(0, Quote((Text("dig"),))), line(0, "?")), [("mio:", "> dig", "?")]),
        ((line(0, Numbered("1", (Text("dig"),))), line(0, "?")), [("mio:", {1: "dig"}, "?")]),
        ((line(0, "dig", REN), line(0, "so")), [("mio:", "dig{ren!} / so")]),
    ],
)
def test_icon_alone_speaks_the_lines_below(
    page: tuple[Line | CodeBlock, ...], expected: list[object]
) -> None:
    assert marked(line(0, MIO), *page) == expected


def test_icon_alone_after_text() -> None:
    page = (line(0, "before"), line(0, " ", MIO, " "), line(0, "dig"))
    assert marked(*page) == ["before", ("mio:", "dig")]


@pytest.mark.parametrize("colon", [":", "：", " : "])
def test_icon_alone_with_a_colon(colon: str) -> None:
    assert marked(line(0, MIO, colon), line(0, "dig")) == [("mio:", "dig")]
    assert marked(line(1, MIO, colon), line(2, "dig")) == [[("mio:", ["dig"])]]


def test_several_icons_alone() -> None:
    assert marked(line(0, MIO, REN), line(0, "dig")) == [("mio ren:", "dig")]


def test_mark_beside_an_icon_alone_is_not_lost() -> None:
    assert marked(line(0, MIO, SPROUT), line(0, "dig")) == [("mio:", "{sprout*}", "dig")]


@pytest.mark.parametrize(
    "page", [(), (BLANK, line(0, "sow")), (line(0, "---"),), (BLANK, line(1, "sow"))]
)
def test_icon_alone_that_nothing_follows_signs(page: tuple[Line, ...]) -> None:
    assert marked(line(0, MIO), *page)[0] == "{mio!}"
    assert marked(line(0, "dig"), line(0, MIO, SPROUT), *page)[:2] == ["dig", "{mio!}{sprout*}"]


def test_multiplied_icon_alone_speaks_only_what_hangs_below() -> None:
    for cheer, shown in (
        (line(0, Icon("mio", count=3)), "{miom}"),
        (line(0, MIO, MIO, MIO), "{miom}{miom}{miom}"),  # as an export writes it
    ):
        assert marked(cheer, line(0, "dig")) == [f"{shown} / dig"]
        (turn,) = marked(cheer, line(1, "dig"))
        assert turn == (f"{' '.join('mio' for _ in cheer.nodes)}:", ["dig"])


def test_reaction_of_somebody_speaks_only_what_hangs_below() -> None:
    cheer = line(0, SPROUT, MIO)
    assert marked(cheer, line(0, "dig")) == ["{sprout*}{miom} / dig"]
    assert marked(cheer, line(1, "dig")) == [("mio:", "{sprout*}", ["dig"])]


def test_icons_alone_after_each_other() -> None:
    page = (line(0, MIO), line(0, REN), line(0, "dig"))
    assert marked(*page) == ["{mio!}", ("ren:", "dig")]


def test_icon_alone_in_a_list() -> None:
    assert marked(line(1, MIO), line(2, "dig")) == [[("mio:", ["dig"])]]
    assert marked(line(1, MIO), line(1, "dig")) == [["{miom}", "dig"]]
    assert marked(line(0, "a"), line(1, MIO)) == [("a", ["{miom}"])]


def test_mark_alone_speaks_nothing() -> None:
    assert marked(line(0, EN), line(0, "dig")) == ["{en*} / dig"]
    assert marked(line(1, SPROUT), line(2, "dig")) == [[("{sprout*}", ["dig"])]]


# -- quotes, numbers, headings, tables -------------------------------------------------


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((MIO, Text("dig")), "> {mios}: dig"),
        ((Text(" "), MIO, Text(" dig")), "> {mios}: dig"),
        ((MIO, REN, Text("dig")), "> {mios}, {rens}: dig"),
        ((Text("dig "), MIO), "> dig {mio!}"),
        ((Text("ask "), MIO, Text(" first")), "> ask {miom} first"),
        ((MIO,), "> {miom}"),
        ((MIO, Text("さん")), "> {miom}さん"),
        ((SPROUT, Text("dig")), "> {sprout*}dig"),
        ((), "> "),
    ],
)
def test_quoted_lines(nodes: tuple[Inline, ...], expected: str) -> None:
    assert marked(line(0, Quote(nodes))) == [expected]
    assert marked(line(1, Quote(nodes))) == [[expected]]


def test_turns_below_a_quote() -> None:
    page = (line(0, Quote((Text("dig"),))), line(1, MIO, "why?"))
    assert marked(*page) == [("> dig", [("mio:", "why?")])]


def test_numbered_turns() -> None:
    page = (
        line(1, Numbered("1", (MIO, Text("dig")))),
        line(2, "deep"),
        line(1, Numbered("2", (Text("sow"), REN))),
    )
    assert marked(*page) == [{1: ("mio:", ("dig", ["deep"])), 2: "sow{ren!}"}]


def test_beside_a_heading_stands_who_wrote_it() -> None:
    page = Line(0, (Decoration("*", (Text("Plan"),)), Text(" 5/1 "), MIO, SPROUT))
    assert marked(page) == [("# Plan ( 5/1 {mio!}{sprout*})",)]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda icon: Strong((icon,)),
        lambda icon: Decoration("-", (icon, Strong((icon,)))),
        lambda icon: Numbered("01", (icon,)),
    ],
)
def test_icon_inside_of_something_is_a_mention_or_a_mark(wrap) -> None:  # type: ignore[no-untyped-def]
    assert set(marked(line(0, "a", wrap(MIO)))[0][1:].split("{")[1:]) == {"miom}"}
    assert set(marked(line(0, "a", wrap(SPROUT)))[0][1:].split("{")[1:]) == {"sprout*}"}


def test_icons_in_tables() -> None:
    table = Table(0, "who", (((SPROUT, Text("x")), (MIO,)), ((),)))
    (found,) = Speakers().mark((table,))
    assert isinstance(found, Table)
    assert [[words_of(cell) for cell in row] for row in found.rows] == [
        ["{sprout*}x", "{miom}"],
        [""],
    ]


# -- marks and languages ---------------------------------------------------------------


@pytest.mark.parametrize(
    "project", [*sorted(EMOJI_PROJECTS), "Icons2", "EMOJI", "garden-emoji", "our-icons3"]
)
def test_emoji_are_nobody(project: str) -> None:
    assert not Speakers().is_person(Icon("mio", project))


@pytest.mark.parametrize("project", ["iconoclasts", "garden", "lexicon"])
def test_other_projects_have_people(project: str) -> None:
    assert Speakers().is_person(Icon("mio", project))


DATES = (
    "2024/03/09; 2024-03-09; 2024.3.9; 20240309; 2024-03-09 (Sat); 2024/03/09日記; 2024年3月9日; "
    "2024년 3월 9일; 3月9日; 3월 9일; 03/09; 2024; 2024年; 2024/03; 202403; 2024-W10; 2024Q1; "
    "12:30; 9 March 2024; March 9, 2024; March 2024; Mar. 9th"
)
SIGNS = (
    "today-button; Add button; buttons; 追加ボタン; 추가 버튼; left-arrow; 右矢印; hr; favicon; "
    "project logo; 🌱; →; ---; rain graph; icon of the shed; water chart; 水のグラフ; "
    "無題の画像; イイネ; "
)
NAMES = (
    "mio; Ken Ito; 青木; 민아; 悲しみ; o3; GPT-4.5; 7teru; yama2024; no.5; U; May; April; "
    "Augusta; Marcel 2; Graphite; Imogen; iconoclast; buttonwillow; Arrowsmith; Harrow; "
    "Hrafn; Logan; 2bit; 24-7 Ann; 12345; 1984 reader"
)


@pytest.mark.parametrize("name", f"{DATES}; {SIGNS}".split("; "))
def test_dates_buttons_and_signs_are_nobody(name: str) -> None:
    assert not Speakers().is_person(Icon(name))
    assert not Speakers().is_person(Icon(name, "garden"))
    assert Speakers(people={key(name)}).is_person(Icon(name))


@pytest.mark.parametrize("name", NAMES.split("; "))
def test_names_are_people(name: str) -> None:
    assert Speakers().is_person(Icon(name))


def test_dates_speak_nothing_and_sign_nothing() -> None:
    yesterday, tomorrow = Icon("2024/03/08"), Icon("2024/03/10")
    assert marked(line(0, yesterday, "←2024/03/09→", tomorrow)) == [
        "{2024/03/08*}←2024/03/09→{2024/03/10*}"
    ]
    assert marked(line(0, yesterday, tomorrow), line(0, "dig")) == [
        "{2024/03/08*}{2024/03/10*} / dig"
    ]
    assert marked(line(0, "dig", yesterday)) == ["dig{2024/03/08*}"]


@pytest.mark.parametrize(
    ("icon", "marks", "person"),
    [
        (Icon("en"), {"en"}, False),
        (Icon("EN"), {"en"}, False),
        (Icon("in progress"), {"in_progress"}, False),
        (Icon("en", "garden"), {"en"}, True),
        (Icon("en"), {"ja"}, True),
        (Icon("mio"), {"en"}, True),
        (Icon("Bed status"), {"*-status", "* status"}, False),
        (Icon("cart", "shop"), {"/shop/*"}, False),
        (Icon("cart"), {"/shop/*"}, True),
        (Icon("mio", "shop"), {"mio"}, True),
    ],
)
def test_who_is_a_person(icon: Icon, marks: set[str], person: bool) -> None:
    speakers = Speakers(NamePatterns(tuple(sorted(marks))))
    assert speakers.is_person(icon) is person
    always = replace(speakers, people={key(join_target(icon.project, icon.name))})
    assert always.is_person(icon)


@pytest.mark.parametrize(
    ("page", "language"),
    [
        ((line(0, EN),), "en"),
        ((line(0, "dig"), BLANK, line(0, JA)), "ja"),
        ((line(0, Icon("EN")),), "en"),
        ((line(0, Decoration("*", (Text("Beds"),))), line(0, "dig"), BLANK, line(0, EN)), "en"),
        ((line(0, "dig", EN),), ""),
        ((line(1, EN),), ""),
        ((line(0, Icon("en", "garden")),), ""),
        ((line(0, MIO),), ""),
        ((line(0, Icon("draft")),), ""),
        ((), ""),
    ],
)
def test_language(page: tuple[Line, ...], language: str) -> None:
    speakers = Speakers(frozenset({"en", "ja", "draft"}))
    assert speakers.language(outline(page).parts) == language


# -- who signs elsewhere ---------------------------------------------------------------

PUMP = Icon("pump")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((line(0, PUMP, "hums"), line(0, MIO, "dig")), ["{pumpm}hums", ("mio:", "dig")]),
        ((line(0, PUMP), line(0, "hums")), ["{pumpm} / hums"]),
        ((line(0, PUMP), line(1, "hums")), [("pump:", ["hums"])]),
        ((line(0, Quote((PUMP, Text("hums")))),), ["> {pumpm}hums"]),
        ((line(0, PUMP, MIO, "hum"),), [("pump mio:", "hum")]),
        ((line(0, Icon("Ren", "ren"), "dig"),), [("Ren:", "dig")]),
        ((line(0, Icon("ren", "garden"), "dig"),), ["{renm}dig"]),
        ((line(0, Icon("Mio", "garden"), "dig"),), [("Mio:", "dig")]),
        ((line(0, "dig", PUMP),), ["dig{pump!}"]),
    ],
)
def test_who_never_signs_opens_no_turn(lines: tuple[Line, ...], expected: list[object]) -> None:
    options = StructureOptions(signers=frozenset({"mio"}))
    assert shape(structure(Page("t", lines), options).content) == expected
    assert shape(arrange(lines, options)) == expected


def test_who_opens_several_turns_of_a_page_needs_no_signature() -> None:
    options = StructureOptions(signers=frozenset({"mio"}))
    lines = (
        *(line(0, PUMP, "hums"), line(1, PUMP, " still hums"), line(0, Quote((PUMP, Text("hm"))))),
        line(0, PUMP, "は"),
    )
    first, *others = shape(structure(Page("t", lines), options).content)
    assert first == ("pump:", ("hums", [("pump:", "still hums")]))
    assert others == ["> {pumps}: hm", "{pumpm}は"]
    first_line = replace(lines[0], line=1)  # a piece of a page is read like the page
    structured = structure(Page("t", (first_line, *lines[1:])), options)
    assert shape(structured.source_lines([1])) == [("pump:", "hums")]


# -- any page --------------------------------------------------------------------------

_nodes = st.lists(
    st.sampled_from(
        [
            MIO,
            REN,
            EN,
            SPROUT,
            Icon(""),
            Text(" "),
            Text(": "),
            Text("x"),
            Text("さん"),
            Text("---"),
        ]
    ),
    max_size=5,
).map(tuple)
_lines = st.builds(
    Line,
    st.integers(0, 3),
    st.one_of(
        _nodes, _nodes.map(lambda n: (Quote(n),)), _nodes.map(lambda n: (Numbered("1", n),))
    ),
)


def names(parts: tuple[Part, ...]) -> list[str]:
    found: list[str] = []
    for part in parts:
        match part:
            case Run(lines, below) | Quotes(lines, below):
                for each in lines:
                    found += icons_in(each.nodes)
                found += names(below)
            case Bullets(items) | Numbers(_, items):
                for item in items:
                    found += names(item)
            case Turn(speakers, said):
                assert speakers
                assert said
                found += [*(icon.name for icon in speakers), *names(said)]
            case Section():
                found += [*icons_in(part.beside), *names(part.parts)]
    return found


def icons_in(nodes: tuple[Inline, ...]) -> list[str]:
    found = []
    for node in nodes:
        match node:
            case Icon(name):
                found.append(name)
            case Quote(inner) | Numbered(_, inner):
                found += icons_in(inner)
    return found


@given(st.lists(_lines, max_size=12))
def test_no_icon_is_lost_and_no_turn_is_empty(page: list[Line]) -> None:
    parts = outline(page).parts
    assert sorted(names(Speakers().mark(parts))) == sorted(names(parts))
