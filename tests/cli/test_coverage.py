"""``sphinx-scrapbox coverage`` and ``glossary``, from the outside."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_command
from sites import page

from sphinx_scrapbox.snapshot.lockfile import Lock, LockedPage, dump_lock

DAY = 86400
MARCH = 1740787200  # 2025-03-01


def run(*args: object, code: int = 0) -> Result:
    return run_command(*args, code=code)


def footer(title: str, project: str = "garden") -> list[str]:
    source = f"[/{project}/{title}](https://scrapbox.io/{project}/{title})"
    return ["---", f"This page is auto-translated from {source} using DeepL."]


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pulled(project: str, pages: Mapping[str, tuple[Sequence[str], int]], **was: str) -> dict:
    """The files of a pulled project: the lines of each page, and the day of its last change."""
    texts = {name: "\n".join(lines) + "\n" for name, (lines, _day) in pages.items()}
    rows = tuple(
        LockedPage(
            *(f"{at:024x}", texts[name].split("\n")[0], f"{name}.scrapbox"),
            updated=MARCH + pages[name][1] * DAY,
            hash=sha256(texts[name].encode()).hexdigest(),
            earlier_titles=(was[name],) if name in was else (),
        )
        for at, name in enumerate(texts)
    )
    files = {f"{name}.scrapbox": text for name, text in texts.items()}
    return {**files, "scrapbox.lock": dump_lock(Lock(project, pages=rows))}


SOURCES = {
    "taihi": (["堆肥", "葉を集める。"], 9),
    "mizu": (["水やり", "朝にやる。"], 0),
    "tane": (["種", "春にまく。"], 0),
    "tsuchi": (["土", "耕さない。"], 0),
    "diy": (["DIY", "同じ題。"], 0),
}
EXPORTED = {
    "Compost.md": page("Compost", "Gather leaves.", *footer("堆肥")),
    "Compost heap.md": page("Compost heap", "Gather leaves.", *footer("堆肥")),
    "DIY.md": page("DIY", "One title.", *footer("DIY")),
    "Rain.md": page("Rain", "It falls.", *footer("雨")),
    "Seeds.md": page("Seeds", "Sow.", *footer("たね")),
    "Shed.md": page("Shed", "Spades.", *footer("道具", "tool-shed")),
    "Soil and seeds.md": page("Soil and seeds", *footer("種"), "Soil and seeds", *footer("土")),
    "Notes.md": page("Notes", "Not a translation."),
}


@pytest.fixture
def wiki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pulled wiki beside its translation, which was exported."""
    write(tmp_path / "ja", pulled("garden", SOURCES, tane="たね"))
    write(tmp_path / "en", EXPORTED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_table(wiki: Path) -> None:
    said = run("coverage", "en", "ja", code=1).stdout.splitlines()
    assert said[0].split() == [
        *("wiki sources translated share untranslated gone doubled stale unknown").split()
    ]
    assert said[1].split() == "garden -> garden-en 5 4 80 % 1 1 2 0 0".split()
    assert said[2].split() == "tool-shed -> garden-en 0 0 100 % 0 0 0 0 1".split()
    lists = "\n".join(said[3:])
    assert "Not translated (1): garden -> garden-en\n  水やり  ja/mizu.scrapbox" in lists
    assert "Source deleted (1): garden -> garden-en\n  Rain: /garden/雨  en/Rain.md" in lists
    assert "  堆肥: Compost  en/Compost.md\n  堆肥: Compost heap" in lists


def test_json_and_csv(wiki: Path) -> None:
    told = json.loads(run("coverage", "en", "ja", "--format", "json", code=1).stdout)
    pair = told["pairs"][0]
    assert (pair["source_project"], pair["project"]) == ("garden", "garden-en")
    assert (pair["source_language"], pair["language"], pair["share"]) == ("ja", "en", 0.8)
    assert pair["counts"]["doubled"] == 2  # compost by two pages, seeds by two pages
    assert [row["source"]["title"] for row in pair["untranslated"]] == ["水やり"]
    assert pair["gone"][0]["source"] == {"target": "/garden/雨"}
    assert told["pairs"][1]["counts"]["unknown"] == 1

    arguments = ("en", "ja", "--format", "csv", "--only", "gone,untranslated")
    rows = list(csv.DictReader(run("coverage", *arguments, code=1).stdout.splitlines()))
    assert [(row["kind"], row["source_title"], row["path"]) for row in rows] == [
        ("untranslated", "水やり", ""),
        ("gone", "/garden/雨", "en/Rain.md"),
    ]


def test_stale_translations_of_a_pulled_wiki(wiki: Path) -> None:
    translations = {
        "compost": (["Compost", "Gather.", *_native("堆肥")], 2),
        "water": (["Watering", "At noon.", *_native("水やり")], 2),
    }
    write(wiki / "en2", pulled("garden-en", translations))
    told = run("coverage", "en2", "ja", "--fail-on", "stale", code=1).stdout
    assert "  Compost: 堆肥 changed on 2025-03-10, 7 days later  en2/compost.scrapbox" in told
    assert "Watering:" not in told


def _native(title: str) -> list[str]:
    return ["---", f"This page is auto-translated from [/garden/{title}] using DeepL."]


def test_sources_of_which_only_the_lock_file_is_here(wiki: Path) -> None:
    told = run("coverage", "en", "ja/scrapbox.lock", "--only", "untranslated", code=1)
    assert "  水やり  ja/mizu.scrapbox" in told.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("", 1),
        ("--fail-on never", 0),
        ("--fail-on stale", 0),
        ("--fail-on untranslated", 1),
        ("--fail-on never --min-share 79", 0),
        ("--fail-on never --min-share 81", 1),
        ("--fail-on lost", 2),
        ("--project =x", 2),
        ("--wording (", 2),
    ],
)
def test_exit_codes(wiki: Path, options: str, code: int) -> None:
    run("coverage", "en", "ja", *options.split(), code=code)


def test_folders_without_a_translation(wiki: Path) -> None:
    assert "none has a footer" in run("coverage", "ja", code=2).stderr
    assert "no page here is a translation" in run("glossary", "ja", code=2).stderr


def test_projects_of_folders_that_do_not_name_them(wiki: Path) -> None:
    """Neither exported wiki names itself, but the footers of one name the other."""
    for name in SOURCES:
        text = (wiki / f"ja/{name}.scrapbox").read_text("utf-8")
        title, _, rest = text.partition("\n")
        write(wiki, {f"ja2/{title}.md": f'---\ntitle: "{title}"\n---\n\n{rest}'})
    for name, text in EXPORTED.items():
        write(wiki, {f"en2/{name}": text.rpartition("\n")[0]})
    said = run("coverage", "en2", "ja2", "--project", "garden-en", code=1).stdout.splitlines()
    assert said[1].split()[:5] == "garden -> garden-en 5 4".split()


def test_pairs_without_footers(wiki: Path) -> None:
    plain = {"Grass.md": "草を刈る。", "DIY.md": "One title.", "Tools.md": "Spades."}
    write(wiki / "en3", {name: page(name[:-3], line) for name, line in plain.items()})
    pairs = ("--pair", "/garden-en/Grass=/garden/土", "--pair", "/garden-en=/garden")
    told = json.loads(run("glossary", "en3", "ja", *pairs, "--format", "json").stdout)
    titles = {(one["source"]["title"], one["page"]["title"]) for one in told["entries"]}
    assert titles == {("土", "Grass"), ("DIY", "DIY")}
    assert "must be /project/Title" in run("coverage", "en3", "--pair", "x", code=2).stderr


def test_files_that_a_build_takes_for_pages_only_if_told(wiki: Path) -> None:
    text = page("Watering", "In the morning.", *footer("水やり"))
    write(wiki, {"en/Watering.md": text.replace("\n---\n", "\naliases: [Rain can]\n---\n", 1)})
    result = run("coverage", "en", "ja", code=1)
    assert result.stdout.splitlines()[1].split()[4] == "4"
    assert (
        "1 file looks like a wiki page, but may be hand-written; see --pages: en/Wat"
        in result.stderr
    )
    result = run("coverage", "en", "ja", "--pages", "en/*", code=1)
    assert result.stdout.splitlines()[1].split()[4] == "5"
    assert "--pages" not in result.stderr
    assert "水やり,Watering," in run("glossary", "en", "ja", "--pages", "en/*").stdout


def test_a_stated_language(wiki: Path) -> None:
    source = '---\ntitle: "耕す"\nproject: garden\nlang: ja\n---\n\n土。\n'
    own = "https://scrapbox.io/api/pages/garden/mio/icon"
    source += f"<img src='{own}' alt='mio.icon' height=\"19.5\"/>\n"
    write(wiki / "ja4", {"耕す.md": source})
    write(wiki / "fr4", {"Labourer.md": page("Labourer", "Traduit de /garden/耕す")})
    options = ("--project", "fr4/*=garden-fr", "--wording", r"Traduit de (?P<link>/\S+)")
    told = run("coverage", "fr4", "ja4", *options, "--format", "json").stdout
    (pair,) = json.loads(told)["pairs"]
    assert (pair["source_language"], pair["counts"]["translated"]) == ("ja", 1)


CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real pages are not here")
def test_real_pages_need_no_configuration() -> None:
    told = run("coverage", CORPUS / "exported", CORPUS / "exported-ja", "--format", "json", code=1)
    (pair,) = json.loads(told.stdout)["pairs"]
    pattern = re.compile(r"^This page is auto-translated from \[/[^/]+/(.+?)\]\(", re.MULTILINE)
    named = {
        title.replace(" ", "_").lower()
        for path in (CORPUS / "exported").glob("*.md")
        for title in pattern.findall(path.read_text("utf-8"))
    }
    here = {
        path.read_text("utf-8").split("\n")[1].removeprefix("title: ").strip("\"'")
        for path in (CORPUS / "exported-ja").glob("*.md")
    }
    both = named & {title.replace(" ", "_").lower() for title in here}
    assert pair["counts"]["sources"] == len(here)
    assert pair["counts"]["translated"] == len(both) > 0


def test_own_wording(wiki: Path) -> None:
    line = "Translated from /garden/水やり"
    write(wiki / "fr", {"Arroser.md": page("Arroser", "Le matin.", line)})
    options = ("--project", "fr/*=garden-fr", "--wording", r"Translated from (?P<link>/\S+)")
    said = run("coverage", "fr", "ja", *options).stdout
    assert "garden -> garden-fr        5           1   20 %" in said


# -- the glossary ----------------------------------------------------------------------


def test_glossary_for_deepl(wiki: Path) -> None:
    bad = {
        "Long.md": page("L" * 1100, "Words.", *footer("水やり")),
        "Quoted.md": page('A "b", c', "Words.", *footer("土")),
    }
    write(wiki / "en", bad)
    result = run("glossary", "en", "ja", "--format", "deepl")
    assert list(csv.reader(result.stdout.splitlines())) == [
        ["堆肥", "Compost"],
        ["DIY", "DIY"],
        ["土", 'A "b", c'],
        ["種", "Seeds"],
    ]
    assert "note: left out '水やり': " not in result.stdout
    assert "longer than 1024 bytes" in result.stderr


def test_glossary_as_csv_and_json(wiki: Path) -> None:
    write(wiki / "en", {"=1+1.md": page("=1+1", "Words.", *footer("水やり"))})
    rows = list(csv.reader(run("glossary", "en", "ja").stdout.splitlines()))
    assert rows[0][:3] == ["source", "title", "source_language"]
    assert ["水やり", "'=1+1", "ja", "en", "garden", "garden-en"] in rows
    told = json.loads(run("glossary", "en", "ja", "--format", "json").stdout)
    titles = [(one["source"]["title"], one["page"]["title"]) for one in told["entries"]]
    assert ("水やり", "=1+1") in titles


def test_glossary_of_several_languages_has_to_be_chosen(wiki: Path) -> None:
    pattern = {"fr/Arroser.md": page("Arroser", "Traduit de /garden/水やり")}
    write(wiki, pattern)
    folders = (
        "en",
        "fr",
        "ja",
        "--project",
        "fr/*=garden-fr",
        "--wording",
        r"Traduit de (?P<link>/\S+)",
    )
    failed = run("glossary", *folders, "--format", "deepl", code=2)
    assert "choose by --from, --to: ja to ?, ja to en" in failed.stderr
    chosen = run("glossary", *folders, "--format", "deepl", "--to", "en").stdout
    assert "Arroser" not in chosen
