"""Translations beside their sources: how old they are, what changed, where the other one is."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sites import BUILDERS, EPUB, Built, Site, Tag, broken_links, language_links
from sphinx.util.inventory import InventoryFile

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.features.translations.switcher import FEATURE

# The JSON builder of sphinxcontrib-serializinghtml 2.0, on Sphinx 9.
pytestmark = pytest.mark.filterwarnings("ignore:'sphinxcontrib\\.serializinghtml")

DAY = 86400
MARCH = 1740787200  # 2025-03-01
HERE: dict[str, Any] = {"scrapbox_project": "garden-en"}


def footer(title: str, project: str = "garden") -> str:
    return (
        f"This page is auto-translated from [/{project}/{title}] using DeepL. If you looks "
        "something interesting but the auto-translated English is not good enough to understand "
        "it, feel free to let me know at [@garden https://social.example/garden]. I'm very happy "
        "to spread my thought to non-Japanese readers."
    )


Row = tuple[str, int]
"""A line and the day, counted from March, on which it was changed last."""


def project(folder: str, name: str, pages: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """The files of a project that was pulled: pages by file name, and their lock."""
    files = {}
    rows = []
    for file, lines in pages.items():
        text = "\n".join(line for line, _ in lines) + "\n"
        files[f"{folder}/{file}.scrapbox"] = text
        page_id = sha256(f"{name}/{file}".encode()).hexdigest()
        rows.append(
            LockedPage(
                id=page_id[:24],
                title=lines[0][0],
                file=f"{file}.scrapbox",
                created=MARCH,
                updated=MARCH + max(day for _, day in lines) * DAY,
                hash=sha256(text.encode()).hexdigest(),
                line_ids=tuple(f"{page_id[:16]}{at:08x}" for at in range(len(lines))),
                line_times=tuple(MARCH + day * DAY for _, day in lines),
            )
        )
    files[f"{folder}/scrapbox.lock"] = dump_lock(Lock(name, pages=tuple(rows)))
    return files


SOURCES: dict[str, Sequence[Row]] = {
    "taihi": [("堆肥", 0), ("[葉]を集める。", 0), ("", 9), ("切り返すのは[月]に一度。", 9)],
    "mizu": [("水やり", 0), ("朝にやる。", 0)],
    "tane": [("種", 0), ("春にまく。", 0), ("code:plan.py", 4), (" sow(3)", 5)],
}
TRANSLATIONS: dict[str, Sequence[Row]] = {
    "compost": [("Compost", 2), ("Gather leaves.", 6), ("---", 2), (footer("堆肥"), 2)],
    "water": [("Watering", 2), ("In the morning.", 2), ("---", 2), (footer("水やり"), 2)],
    "seeds": [("Seeds", 2), ("Sow in spring.", 2), ("---", 2), (footer("種"), 2)],
    "tools": [("Tools", 2), ("Spades. [Compost]", 2)],
}


def wiki(**more: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    return {
        "index.rst": "Index\n=====\n",
        **project("ja", "garden", {**SOURCES, **more.get("sources", {})}),
        **project("en", "garden-en", {**TRANSLATIONS, **more.get("translations", {})}),
    }


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site", wiki())


def build(site: Site, builder: str = "html", *, parallel: int = 0, **config: Any) -> Built:
    built = site.build(builder, parallel=parallel, **{**HERE, **config})
    assert built.warnings == []
    return built


def notice(built: Built, name: str) -> Tag:
    return built.html(f"{name}.html").body.one("div", "scrapbox-translation")


def age(built: Built, name: str) -> str:
    return notice(built, name).one("p", "scrapbox-age").text


# -- how old ---------------------------------------------------------------------------


def test_a_fresh_translation_says_so(site: Site) -> None:
    built = build(site)
    assert age(built, "en/water") == (
        "Translated on 2025-03-03. The source has not changed since."
    )
    assert not notice(built, "en/water").all("details")
    assert "scrapbox-stale" not in notice(built, "en/water")["class"]


def test_a_stale_translation_shows_what_changed(site: Site) -> None:
    built = build(site)
    # The body was mended on the seventh; the machine wrote its footer on the third.
    assert age(built, "en/compost") == (
        "Translated on 2025-03-03. The source last changed on 2025-03-10, 7 days later."
    )
    stale = notice(built, "en/compost")
    assert "scrapbox-stale" in stale["class"]
    changed = stale.one("details", "scrapbox-changed")
    assert changed.one("summary").text == "1 line of the source is newer than this translation"
    (link,) = changed.all("a")
    assert link.text == "切り返すのは月に一度。"
    assert link.one("span", lang="ja")
    assert link["href"].startswith("../ja/taihi.html#L")
    assert broken_links(built.out) == []


def test_lines_of_code_have_addresses_too(site: Site) -> None:
    built = build(site)
    changed = notice(built, "en/seeds").one("details")
    assert [link.text for link in changed.all("a")] == ["code:plan.py", "sow(3)"]
    assert broken_links(built.out) == []


def test_a_contact_in_the_wikis_own_notation(site: Site) -> None:
    (link,) = (tag for tag in notice(build(site), "en/water").all("a") if tag.text == "@garden")
    assert link["href"] == "https://social.example/garden"


def test_many_lines_are_counted(site: Site) -> None:
    lines = [("堆肥", 0), *((f"行{number}", 9) for number in range(30))]
    site.write(wiki(sources={"taihi": lines}))
    changed = notice(build(site), "en/compost").one("details")
    assert changed.one("summary").text.startswith("30 lines")
    assert len(changed.all("a")) == 20
    assert changed.all("li")[-1].text == "10 more"


def test_lines_that_went_leave_no_trace_but_the_date(site: Site) -> None:
    files = wiki()
    files["ja/scrapbox.lock"] = files["ja/scrapbox.lock"].replace(
        f'"updated": {MARCH}, ', f'"updated": {MARCH + 3 * DAY}, '
    )
    site.write(files)
    built = build(site)
    assert age(built, "en/water").endswith("changed on 2025-03-04, 1 day later.")
    assert not notice(built, "en/water").all("details")


def test_a_source_that_was_edited_by_hand_does_not_name_lines(site: Site) -> None:
    text = (site.src / "ja/taihi.scrapbox").read_text(encoding="utf-8")
    site.write({"ja/taihi.scrapbox": f"{text}手で書いた行\n"})
    built = build(site)
    assert age(built, "en/compost").endswith("changed on 2025-03-10, 7 days later.")
    assert not notice(built, "en/compost").all("details")


def test_the_day_that_a_footer_names_comes_first(tmp_path: Path) -> None:
    said = "Translated on 2025-03-20 from [/garden/堆肥]"
    site = Site(tmp_path / "site", wiki())
    site.write(wiki(translations={"compost": [("Compost", 2), ("Leaves.", 2), (said, 2)]}))
    pattern = r"Translated on (?P<date>[\d-]+) from \[(?P<link>[^]]+)\]"
    built = build(site, scrapbox_translation_wordings=[pattern])
    assert age(built, "en/compost") == "The source has not changed since."
    assert "Translated on 2025-03-20." in notice(built, "en/compost").text


def test_exported_pages_have_the_dates_of_their_front_matter(tmp_path: Path) -> None:
    def exported(title: str, updated: str, text: str) -> str:
        icon = "<img src='https://scrapbox.io/api/pages/garden/en/icon' alt='en.icon' />"
        return f'---\ntitle: "{title}"\nupdated: {updated}\n---\n\n{icon}\n{text}'

    source = "[/garden/堆肥](https://scrapbox.io/garden/堆肥)"
    site = Site(
        tmp_path / "site",
        {
            "index.rst": "Index\n=====\n",
            "ja.md": exported("堆肥", "2025-03-09", "葉"),
            "en.md": exported(
                "Compost",
                "2025-03-01",
                f"Leaf\n\n---\nThis page is auto-translated from {source}.",
            ),
        },
    )
    built = build(site, scrapbox_project="garden", scrapbox_pages=["*.md"])
    assert age(built, "en") == (
        "Translated on 2025-03-01. The source last changed on 2025-03-09, 8 days later."
    )


def test_without_times_nothing_is_said(tmp_path: Path) -> None:
    files = {name: text for name, text in wiki().items() if not name.endswith(".lock")}
    site = Site(tmp_path / "site", files)
    built = build(site)
    assert not built.html("en/compost.html").body.all("p", "scrapbox-age")


def test_a_day_says_when_a_page_by_hand_was_translated(site: Site) -> None:
    site.write(
        {
            "hand.rst": ":orphan:\n\nBy hand\n=======\n\n"
            ".. scrapbox:translation:: /garden/堆肥\n   :date: 2025-03-05\n"
        }
    )
    built = build(site)
    assert age(built, "hand") == "The source last changed on 2025-03-10, 5 days later."


def test_in_japanese(site: Site) -> None:
    text = notice(build(site, language="ja"), "en/compost").text
    assert "2025-03-10" in text
    assert "line" not in text
    assert "source" not in text


@pytest.mark.parametrize("builder", BUILDERS)
def test_every_format(site: Site, builder: str) -> None:
    site.write({"index.rst": "Index\n=====\n\n.. toctree::\n   :glob:\n\n   en/*\n   ja/*\n"})
    built = build(site, builder, **EPUB, man_pages=[("index", "wiki", "Wiki", "Nobody", 1)])
    if builder in ("text", "man", "latex", "texinfo", "epub", "singlehtml"):
        words = "".join(
            path.read_text(encoding="utf-8")
            for path in sorted(built.out.rglob("*"))
            if path.suffix in (".txt", ".1", ".tex", ".texi", ".html", ".xhtml")
        )
        words = " ".join(words.replace("\\sphinxhyphen{}", "-").replace("\\-", "-").split())
        assert words.count("2025-03-10, 7 days later.") == 1
        if builder == "text":  # whose writer does not part the paragraphs of a notice
            assert "tell @garden. Translated on 2025-03-03. The source has not" in words
        assert words.count("has not changed since.") == 1
        assert words.count("2 lines of the source are newer than this translation") == 1
        # Each of three pairs has two links, where a format has links.
        has_links = builder not in ("text", "man")
        assert words.count("日本語") == (6 if has_links else 0)


# -- the worst -------------------------------------------------------------------------


def stale(site: Site, *options: str, **config: Any) -> list[list[str]]:
    directive = "\n   ".join([".. scrapbox:stale::", *options])
    site.write({"index.rst": f"Index\n=====\n\n{directive}\n"})
    body = build(site, **config).html("index.html").body
    return [[cell.text for cell in row.all("td")] for row in body.one("tbody").all("tr")]


SEEDS = ["Seeds", "種", "2025-03-03", "2025-03-06", "2"]
COMPOST = ["Compost", "堆肥", "2025-03-03", "2025-03-10", "1"]


@pytest.mark.parametrize(
    ("options", "rows"),
    [
        ([], [SEEDS, COMPOST]),
        ([":sort: lines"], [SEEDS, COMPOST]),
        ([":sort: age"], [COMPOST, SEEDS]),
        ([":sort: title"], [COMPOST, SEEDS]),
        ([":sort: title", ":reverse:"], [SEEDS, COMPOST]),
        ([":sort: age", ":limit: 1"], [COMPOST]),
        ([":project: garden-en"], [SEEDS, COMPOST]),
    ],
)
def test_the_worst_first(site: Site, options: list[str], rows: list[list[str]]) -> None:
    assert stale(site, *options) == rows


def test_nothing_is_stale(site: Site) -> None:
    directive = ".. scrapbox:stale::\n   :project: elsewhere\n   :empty: All is *well*.\n"
    site.write({"index.rst": f"Index\n=====\n\n{directive}\n.. scrapbox:stale::\n   :limit: 1\n"})
    body = build(site).html("index.html").body
    assert "All is *well*." in [tag.text for tag in body.all("p")]
    assert len(body.all("table")) == 1


def test_without_lines_there_is_no_column_of_lines(site: Site) -> None:
    text = (site.src / "ja/scrapbox.lock").read_text(encoding="utf-8")
    site.write({"ja/scrapbox.lock": text.replace('"times"', '"no-times"')})
    assert stale(site) == [COMPOST[:-1], SEEDS[:-1]]


def test_orders_are_its_own(site: Site) -> None:
    site.write({"index.rst": "Index\n=====\n\n.. scrapbox:stale::\n   :sort: linked\n"})
    (warning,) = site.build(**HERE).warnings
    assert "scrapbox:stale: option 'sort' must be one of lines, age, title" in warning
    site.write({"index.rst": "Index\n=====\n\n.. scrapbox:pages::\n   :sort: age\n"})
    (warning,) = site.build(**HERE).warnings
    assert "scrapbox:pages: option 'sort' must be one of title, updated" in warning


# -- the other language ----------------------------------------------------------------


def switcher(built: Built, name: str) -> list[str]:
    """The languages that a page names, with the addresses of those that it links to."""
    line = built.html(f"{name}.html").body.one("p", "scrapbox-languages")
    links = {link.text: link["href"] for link in line.all("a")}
    return [f"{part} {links.get(part, '')}".strip() for part in line.text.split(" / ")]


def alternates(built: Built, name: str) -> dict[str, str]:
    root = built.html(f"{name}.html").root
    links = language_links(root)
    tags = [link for link in root.all("link", rel="alternate") if "hreflang" in link.attributes]
    assert len(tags) == len(links) + bool(root.all("link", hreflang="x-default"))
    return links


def test_pages_link_to_their_other_language(site: Site) -> None:
    built = build(site)
    assert switcher(built, "ja/mizu") == ["日本語", "English ../en/water.html"]
    assert switcher(built, "en/water") == ["日本語 ../ja/mizu.html", "English"]
    line = built.html("ja/mizu.html").body.one("p", "scrapbox-languages")
    assert line.one("strong").one("span")["lang"] == "ja"
    assert line.one("a").one("span")["lang"] == "en"
    # Below the title, above the text.
    section = built.html("ja/mizu.html").body.all("section")[0]
    assert [tag.name for tag in section.children if isinstance(tag, Tag)][:2] == ["h1", "p"]
    assert not built.html("en/tools.html").body.all("p", "scrapbox-languages")
    assert broken_links(built.out) == []


def test_alternates_are_mutual(site: Site) -> None:
    built = build(site)
    assert alternates(built, "ja/mizu") == {"ja": "mizu.html", "en": "../en/water.html"}
    assert alternates(built, "en/water") == {"ja": "../ja/mizu.html", "en": "water.html"}
    assert alternates(built, "en/tools") == {}
    root = built.html("ja/mizu.html").root
    assert root.one("html")["lang"] == "ja"
    assert not root.all("meta", content="machine")


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_with_an_address_alternates_are_whole(site: Site, builder: str) -> None:
    built = build(site, builder, html_baseurl="https://docs.example.org/en/")
    end = "/" if builder == "dirhtml" else ".html"
    name = "/index" if builder == "dirhtml" else ""
    wanted = {
        "ja": f"https://docs.example.org/en/ja/mizu{end}",
        "en": f"https://docs.example.org/en/en/water{end}",
    }
    assert alternates(built, f"ja/mizu{name}") == wanted
    assert alternates(built, f"en/water{name}") == wanted


@pytest.mark.parametrize("position", ["start", "end", False, True])
def test_where_the_switcher_stands(site: Site, position: str | bool) -> None:
    built = build(site, scrapbox_language_switcher=position)
    section = built.html("ja/mizu.html").body.all("section")[0]
    kinds = [
        child.attributes.get("class", child.name)
        for child in section.children
        if isinstance(child, Tag)
    ]
    at = [number for number, kind in enumerate(kinds) if "scrapbox-languages" in kind]
    wanted = {"start": [1], "end": [len(kinds) - 1], False: [], True: [1]}[position]
    assert at == wanted
    assert len(alternates(built, "ja/mizu")) == 2


def test_three_languages(site: Site) -> None:
    site.write(
        {"fr.rst": ":orphan:\n\nArroser\n=======\n\n.. scrapbox:translation:: /garden/水やり\n"
         "   :from: ja\n   :to: fr\n"}
    )  # fmt: skip
    built = build(site)
    assert switcher(built, "fr") == [
        "日本語 ja/mizu.html",
        "English en/water.html",
        "Français",
    ]
    for name in ("ja/mizu", "en/water", "fr"):
        assert set(alternates(built, name)) == {"ja", "en", "fr"}


def test_a_translation_of_a_translation_belongs_to_the_same_pages(site: Site) -> None:
    site.write(
        {"fr.rst": ":orphan:\n\nArroser\n=======\n\n"
         ".. scrapbox:translation:: /garden-en/Watering\n   :from: en\n   :to: fr\n"}
    )  # fmt: skip
    built = build(site)
    assert set(alternates(built, "ja/mizu")) == {"ja", "en", "fr"}
    assert switcher(built, "fr")[0] == "日本語 ja/mizu.html"


def test_of_two_translations_into_one_language_the_first_counts(site: Site) -> None:
    second = [("Watering again", 2), ("Words.", 2), ("---", 2), (footer("水やり"), 2)]
    site.write(wiki(translations={"xwater": second}))
    built = build(site)
    assert alternates(built, "ja/mizu")["en"] == "../en/water.html"
    assert alternates(built, "en/xwater") == {"ja": "../ja/mizu.html", "en": "xwater.html"}


def test_pages_that_translate_each_other_do_not_run_in_a_circle(site: Site) -> None:
    loop = [("環", 0), ("文", 0), ("---", 2), (footer("Loop", "garden-en"), 2)]
    back = [("Loop", 0), ("Words.", 0), ("---", 2), (footer("環"), 2)]
    site.write(wiki(sources={"wa": loop}, translations={"loop": back}))
    built = build(site, scrapbox_languages={("garden-en", "garden"): ("en", "ja")})
    assert set(alternates(built, "ja/wa")) == {"ja", "en"}
    assert alternates(built, "en/loop") == {"ja": "../ja/wa.html", "en": "loop.html"}


# -- pairs by mapping ------------------------------------------------------------------

TWINS = {
    "sources": {"ame": [("雨", 4), ("降る。", 4)], "shared": [("Logbook", 4), ("書く。", 4)]},
    "translations": {"rain": [("Rain", 2), ("Falls.", 2)], "log": [("logbook", 5), ("Write.", 5)]},
}
BOTH_WAYS = {
    "scrapbox_translation_pairs": {"/garden-en/rain": "/garden/雨", "/garden-en": "/garden"},
    "scrapbox_languages": {("garden", "garden-en"): ("ja", "en")},
}


def test_pairs_by_mapping(site: Site) -> None:
    site.write(wiki(**TWINS))
    built = build(site, **BOTH_WAYS)
    assert switcher(built, "ja/ame") == ["日本語", "English ../en/rain.html"]
    said = notice(built, "en/rain")
    assert said.all("p")[0].text == "Translation"
    assert said.all("p")[1].text == "This page is a translation of 雨."
    assert age(built, "en/rain").endswith("changed on 2025-03-05, 2 days later.")
    assert len(said.one("details").all("li")) == 2
    # One title in both projects.
    assert alternates(built, "en/log") == {"ja": "../ja/shared.html", "en": "log.html"}
    assert age(built, "en/log") == "Translated on 2025-03-06. The source has not changed since."
    # Nobody says that a machine did it, and pages without a twin have no notice.
    assert not built.html("en/rain.html").root.all("meta", content="machine")
    assert not built.html("en/tools.html").body.all("div", "scrapbox-translation")


@pytest.mark.parametrize("position", ["start", "end", "both", False])
def test_where_the_notice_of_a_mapped_page_stands(site: Site, position: str | bool) -> None:
    site.write(wiki(**TWINS))
    built = build(site, scrapbox_translation_notice=position, **BOTH_WAYS)
    section = built.html("en/rain.html").body.all("section")[0]
    kinds = [child for child in section.children if isinstance(child, Tag)]
    classes = [tag.attributes.get("class", "").split() for tag in kinds]
    at = [number for number, names in enumerate(classes) if "scrapbox-translation" in names]
    assert at == {"start": [2], "end": [3], "both": [2, 4], False: []}[position]


@pytest.mark.parametrize(
    "pairs",
    [
        {"Rain": "/garden/雨"},
        {"/garden-en/Rain": "雨"},
        {"/garden-en": "/garden/雨"},
        {"/garden-en/Rain": 3},
        {3: "/garden"},
    ],
)
def test_a_pair_that_cannot_be_is_a_warning(site: Site, pairs: dict[object, object]) -> None:
    built = site.build(scrapbox_translation_pairs=pairs, **HERE)
    (warning,) = built.warnings
    assert "scrapbox_translation_pairs entry " in warning
    assert "[scrapbox.config]" in warning


# -- two sites -------------------------------------------------------------------------

JA, EN = "https://ja.example.org/", "https://en.example.org/"


def two_sites(tmp_path: Path) -> tuple[Site, Site]:
    files = wiki()
    index = {"index.rst": files["index.rst"]}
    return (
        Site(tmp_path / "ja", {**index, **{n: t for n, t in files.items() if n[:3] == "ja/"}}),
        Site(tmp_path / "en", {**index, **{n: t for n, t in files.items() if n[:3] == "en/"}}),
    )


def build_beside(
    site: Site, name: str, base: str, others: Mapping[str, Any], **config: Any
) -> Built:
    built = site.build(
        extensions=["sphinx.ext.intersphinx", "sphinx_scrapbox"],
        intersphinx_mapping=dict(others),
        intersphinx_cache_limit=0,
        scrapbox_project=name,
        html_baseurl=base,
        **config,
    )
    assert built.warnings == []
    return built


def test_two_sites_link_to_each_other(tmp_path: Path) -> None:
    ja, en = two_sites(tmp_path)
    first = build_beside(ja, "garden", JA, {})
    assert alternates(first, "ja/mizu") == {}
    english = build_beside(en, "garden-en", EN, {"garden": (JA, str(first.out / "objects.inv"))})
    wanted = {"ja": f"{JA}ja/mizu.html", "en": f"{EN}en/water.html"}
    assert alternates(english, "en/water") == wanted
    assert switcher(english, "en/water") == [f"日本語 {JA}ja/mizu.html", "English"]
    assert notice(english, "en/water").all("a")[0]["href"] == f"{JA}ja/mizu.html"
    # The source knows of it from the other inventory, with nothing of its own changed.
    inventory = {"garden-en": (EN, str(english.out / "objects.inv"))}
    again = build_beside(ja, "garden", JA, inventory)
    assert alternates(again, "ja/mizu") == wanted
    assert switcher(again, "ja/mizu") == ["日本語", f"English {EN}en/water.html"]
    assert again.html("ja/mizu.html").root.one("html")["lang"] == "ja"
    assert again.html("index.html").root.one("html")["lang"] == "en"


def test_only_pages_whose_other_site_changed_are_written(tmp_path: Path) -> None:
    ja, en = two_sites(tmp_path)
    english = build_beside(en, "garden-en", EN, {})
    inventory = {"garden-en": (EN, str(english.out / "objects.inv"))}
    build_beside(ja, "garden", JA, inventory)
    assert build_beside(ja, "garden", JA, inventory).written == []
    (en.src / "en/water.scrapbox").unlink()
    build_beside(en, "garden-en", EN, {})
    again = build_beside(ja, "garden", JA, inventory)
    assert (again.read, again.written) == ([], ["ja/mizu"])
    assert alternates(again, "ja/mizu") == {}


def test_a_site_beside_the_other(tmp_path: Path) -> None:
    """Inventories may be mapped to places relative to the site, as in a folder of sites."""
    ja, en = two_sites(tmp_path)
    first = build_beside(ja, "garden", "", {})
    inventory = str(first.out / "objects.inv")
    english = build_beside(en, "garden-en", "", {"garden": ("../ja/", inventory)})
    assert alternates(english, "en/water")["ja"] == "../../ja/ja/mizu.html"
    english = build_beside(en, "garden-en", EN + "en/", {"garden": ("../ja/", inventory)})
    assert alternates(english, "en/water")["ja"] == f"{EN}ja/ja/mizu.html"


def test_mapped_pages_of_two_sites(tmp_path: Path) -> None:
    ja, en = two_sites(tmp_path)
    files = wiki(**TWINS)
    ja.write({name: text for name, text in files.items() if name.startswith("ja/")})
    en.write({name: text for name, text in files.items() if name.startswith("en/")})
    first = build_beside(ja, "garden", JA, {})
    inventory = {"garden": (JA, str(first.out / "objects.inv"))}
    english = build_beside(en, "garden-en", EN, inventory, **BOTH_WAYS)
    assert notice(english, "en/rain").all("a")[0]["href"] == f"{JA}ja/ame.html"
    inventory = {"garden-en": (EN, str(english.out / "objects.inv"))}
    again = build_beside(ja, "garden", JA, inventory)
    for built, name in ((english, "en/rain"), (again, "ja/ame")):
        assert alternates(built, name) == {"ja": f"{JA}ja/ame.html", "en": f"{EN}en/rain.html"}
    assert alternates(again, "ja/shared")["en"] == f"{EN}en/log.html"
    # A page without a twin is nobody's translation.
    assert not english.html("en/tools.html").body.all("div", "scrapbox-translation")


def test_the_source_of_a_site_lies_beside_it(tmp_path: Path) -> None:
    """The two sites are folders of one repository: what changed is told across them."""
    ja, en = two_sites(tmp_path)
    first = build_beside(ja, "garden", JA, {})
    inventory = {"garden": (JA, str(first.out / "objects.inv"))}
    config = {"scrapbox_translation_sources": ["../ja/ja"]}
    en.write({"index.rst": "Index\n=====\n\n.. scrapbox:stale::\n"})
    built = build_beside(en, "garden-en", EN, inventory, **config)
    assert age(built, "en/water") == "Translated on 2025-03-03. The source has not changed since."
    assert age(built, "en/compost").endswith("changed on 2025-03-10, 7 days later.")
    (link,) = notice(built, "en/compost").one("details").all("a")
    assert link.text == "切り返すのは月に一度。"
    assert link["href"].startswith(f"{JA}ja/taihi.html#L")
    assert link["href"].rpartition("#")[2] in first.text("ja/taihi.html")
    rows = built.html("index.html").body.one("tbody").all("tr")
    assert [[cell.text for cell in row.all("td")] for row in rows] == [SEEDS, COMPOST]
    assert rows[1].all("a")[1]["href"] == f"{JA}ja/taihi.html"
    # Nothing of this site changes, and yet.
    assert build_beside(en, "garden-en", EN, inventory, **config).written == []
    mizu = [("水やり", 0), ("朝にやる。", 0), ("夕方にも。", 8)]
    files = wiki(sources={"mizu": mizu})
    ja.write({name: text for name, text in files.items() if name.startswith("ja/")})
    built = build_beside(en, "garden-en", EN, inventory, **config)
    assert (built.read, built.written) == ([], ["en/water", "index"])
    assert notice(built, "en/water").one("details").all("a")[0].text == "夕方にも。"


def test_without_an_inventory_lines_lead_to_the_live_wiki(tmp_path: Path) -> None:
    _, en = two_sites(tmp_path)
    built = build_beside(en, "garden-en", EN, {}, scrapbox_translation_sources=["../ja/ja"])
    (link,) = notice(built, "en/compost").one("details").all("a")
    assert link["href"].startswith("https://scrapbox.io/garden/堆肥#")


def test_a_lock_file_does_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    ja, en = two_sites(tmp_path)
    for path in (ja.src / "ja").glob("*.scrapbox"):
        path.rename(ja.src / path.name)
    lock = ja.src / "ja/scrapbox.lock"
    text = lock.read_text(encoding="utf-8").replace('"file": "', '"file": "../')
    lock.write_text(text, encoding="utf-8")
    built = build_beside(en, "garden-en", EN, {}, scrapbox_translation_sources=["../ja/ja"])
    assert age(built, "en/compost").endswith("changed on 2025-03-10, 7 days later.")
    assert not notice(built, "en/compost").all("details")


def test_sources_that_are_not_there_are_a_warning(tmp_path: Path) -> None:
    _, en = two_sites(tmp_path)
    built = en.build(scrapbox_translation_sources=["../nowhere"], **HERE)
    (warning,) = built.warnings
    assert "nowhere/scrapbox.lock" in warning
    assert "[scrapbox.lock_file]" in warning


def test_mapped_pages_are_in_the_list_of_the_worst(site: Site) -> None:
    site.write(wiki(**TWINS))
    rows = stale(site, ":sort: title", **BOTH_WAYS)
    assert rows[1] == ["Rain", "雨", "2025-03-03", "2025-03-05", "2"]


def test_a_private_source_that_is_not_here_is_not_told_of(site: Site) -> None:
    lock = site.src / "ja/scrapbox.lock"
    private = lock.read_text(encoding="utf-8").replace('"private": false', '"private": true')
    lock.write_text(private, encoding="utf-8")
    (site.src / "ja/mizu.scrapbox").unlink()
    built = build(site)
    assert alternates(built, "en/water") == {}
    inventory = InventoryFile.loads((built.out / "objects.inv").read_bytes(), uri="").data
    assert set(inventory["scrapbox:translation"]) == {"ja:en:/garden/堆肥", "ja:en:/garden/種"}


def test_an_inventory_that_was_made_to_harm(tmp_path: Path) -> None:
    ja, en = two_sites(tmp_path)
    english = build_beside(en, "garden-en", EN, {})
    inventory = str(english.out / "objects.inv")
    again = build_beside(ja, "garden", JA, {"garden-en": ("javascript://x/", inventory)})
    assert alternates(again, "ja/mizu") == {}
    assert not again.html("ja/mizu.html").body.all("p", "scrapbox-languages")


# -- incremental builds ----------------------------------------------------------------


def test_just_the_pages_that_show_it_are_written_anew(site: Site) -> None:
    build(site)
    later = [("水やり", 0), ("朝にやる。", 0), ("夕方にも。", 8)]
    files = wiki(sources={"mizu": later})
    site.write({name: files[name] for name in ("ja/mizu.scrapbox", "ja/scrapbox.lock")})
    built = build(site)
    assert built.read == ["ja/mizu"]
    assert built.written == ["en/water", "ja/mizu"]
    assert [link.text for link in notice(built, "en/water").one("details").all("a")] == [
        "夕方にも。"
    ]
    (site.src / "en/water.scrapbox").unlink()
    built = build(site)
    assert built.written == ["ja/mizu"]
    assert not built.html("ja/mizu.html").body.all("p", "scrapbox-languages")


def test_a_site_without_translations_writes_nothing_of_them(site: Site) -> None:
    files = {name: text for name, text in wiki().items() if not name.startswith("en/")}
    shutil.rmtree(site.src / "en")
    site.write(files)
    built = build(site)
    assert alternates(built, "ja/mizu") == {}
    domain = domain_of(built.app.env)
    assert len(domain.facts) == 3
    shown = {FEATURE.shown(docname, domain) for docname in domain.facts}
    assert shown == {None}


GUIDE = """# Guide

```{scrapbox:stale}
```

```{scrapbox:stale}
:sort: age
:limit: 2
```
"""
NAMES = ["one", "two", "three"]


class _Editor:
    """Edits two projects at random, the same way for one seed."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = random.Random(seed)
        self._pages: dict[str, dict[str, list[Row]]] = {"ja": {}, "en": {}}
        for folder in ("ja", "en"):
            for name in NAMES:
                self._write(folder, name)
        site.write({"index.rst": "Index\n=====\n\n.. toctree::\n\n   guide\n", "guide.md": GUIDE})
        self._save()

    def _write(self, folder: str, name: str) -> None:
        title = self._random.choice(NAMES)
        lines = [(f"{folder} {title}", 0)]
        for _ in range(self._random.randint(1, 4)):
            lines.append((f"Line {self._random.randint(0, 9)}", self._random.randint(0, 9)))
        if self._random.random() < {"en": 0.7, "ja": 0.1}[folder]:  # else by mapping, or not
            other = "ja" if folder == "en" else "en"
            source = footer(f"{other} {self._random.choice(NAMES)}", self._names()[other])
            lines += [("---", 0), (source, self._random.randint(0, 9))]
        self._pages[folder][name] = lines

    def _names(self) -> dict[str, str]:
        return {"ja": "garden", "en": "garden-en"}

    def _save(self) -> None:
        for folder, name in self._names().items():
            old = set((self._site.src / folder).glob("*.scrapbox"))
            for path in old:
                if path.stem not in self._pages[folder]:
                    path.unlink()
            files = project(folder, name, self._pages[folder])
            for file, text in files.items():
                path = self._site.src / file
                if not path.exists() or path.read_text(encoding="utf-8") != text:
                    self._site.write({file: text})

    def edit(self) -> None:
        folder = self._random.choice(["ja", "ja", "en"])
        name = self._random.choice(NAMES)
        chance = self._random.random()
        if chance < 0.2:
            self._pages[folder].pop(name, None)
        else:
            self._write(folder, name)
        self._save()
        path = self._site.src / folder / f"{name}.scrapbox"
        if chance > 0.85:  # by hand
            path.write_text(path.read_text(encoding="utf-8") + "By hand\n", encoding="utf-8")


def _output(built: Built, site: Site) -> Iterator[tuple[str, bytes]]:
    here = {path.relative_to(site.src).with_suffix("") for path in site.src.rglob("*.*")}
    for path in sorted(built.out.rglob("*.html")):
        name = path.relative_to(built.out)
        if name.parts[0] in ("ja", "en") and name.with_suffix("") not in here:
            continue  # Sphinx leaves what it wrote of a page that is gone
        yield name.as_posix(), path.read_bytes()
    yield "objects.inv", (built.out / "objects.inv").read_bytes()


@pytest.mark.long
@pytest.mark.parametrize(("seed", "parallel"), [(1, 0), (1, 2), (2, 0), (3, 2)])
def test_step_by_step_is_as_good_as_new(tmp_path: Path, seed: int, parallel: int) -> None:
    site = Site(tmp_path / "site")
    editor = _Editor(site, seed)
    config = {
        **HERE,
        "scrapbox_languages": {("garden-en", "garden"): ("en", "ja")},
        "scrapbox_translation_pairs": {
            f"/garden-en/en {name}": f"/garden/ja {name}" for name in NAMES[:2]
        },
        "suppress_warnings": ["scrapbox.duplicate_title"],
    }
    site.build(target="_kept", parallel=parallel, **config)
    for _ in range(8):
        editor.edit()
        kept = site.build(target="_kept", parallel=parallel, **config)
        fresh = site.build(target="_fresh", **config)
        ours, anew = dict(_output(kept, site)), dict(_output(fresh, site))
        assert ours.keys() == anew.keys()
        assert [name for name in anew if ours[name] != anew[name]] == []
        shutil.rmtree(fresh.out.parent)
