"""A report as text, JSON and SARIF."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from sphinx_scrapbox.check.reports import (
    MAX_WANTED,
    report_as_json,
    report_as_sarif,
    report_as_text,
)
from sphinx_scrapbox.check.rules import Finding, Report, Rule, Wanted

REPAIRED = Finding(
    Rule.DAMAGED_BRACKET,
    "wiki/What? 雨 100%.md",
    "a bracket opens and never closes",
    line=12,
    column=7,
    source="    - the [wall",
    repair="    - the [[wall]]",
)
RELATED = Finding(
    Rule.AMBIGUOUS_TITLE,
    "wiki/b.md",
    "'b' is also the title of a.md",
    line=2,
    related="wiki/a.md",
    related_line=2,
)
WHOLE = Finding(Rule.UNSAFE_FILE_NAME, "wiki/b.md", "Windows takes no ? in a name")
SOME = Report((REPAIRED, RELATED, WHOLE), 3, 8, 6, (Wanted("rain", 4), Wanted("moss", 1)))


# -- for people ------------------------------------------------------------------------


def test_human() -> None:
    assert report_as_text(SOME, prefix="docs/", missing=True) == (
        "docs/wiki/What? 雨 100%.md\n"
        "     12:7  warning  a bracket opens and never closes  damaged-bracket\n"
        "           - - the [wall\n"
        "           + - the [[wall]]\n"
        "\n"
        "docs/wiki/b.md\n"
        "        2  error    'b' is also the title of a.md  ambiguous-title\n"
        "        -  warning  Windows takes no ? in a name  unsafe-file-name\n"
        "\n"
        "Missing pages that most pages link to\n"
        "        4  rain\n"
        "        1  moss\n"
        "\n"
        "3 pages: 1 error, 2 warnings, no notes\n"
        "  1 damaged-bracket, 1 ambiguous-title, 1 unsafe-file-name\n"
        "6 of 8 links (75 %) lead to pages that are not here, which is normal in a wiki\n"
    )


def test_human_without_findings() -> None:
    assert report_as_text(Report(pages=1)) == "1 page: nothing found\n"
    assert report_as_text(Report(pages=25_000), missing=True) == "25,000 pages: nothing found\n"


def test_colours_only_on_demand() -> None:
    plain, coloured = report_as_text(SOME), report_as_text(SOME, color=True)
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert "\x1b[31merror" in coloured


def test_a_page_cannot_speak_to_the_terminal() -> None:
    nasty = "\x1b[2J\x07\u202e\x9b\udcff"
    finding = Finding(Rule.CONTROL_CHARACTER, nasty, nasty, 1, 1, f"a\t{nasty}b", f"a\t{nasty}")
    text = report_as_text(Report((finding,), 1, 1, 1, (Wanted(nasty, 1),)), missing=True)
    assert all(sign == "\n" or sign.isprintable() for sign in text)
    assert r"\x1b[2J\x07\u202e\x9b\udcff" in text


def test_long_lines_are_shown_where_they_change() -> None:
    source = "x" * 5_000 + " [wall" + " and" * 1_000
    finding = Finding(
        Rule.DAMAGED_BRACKET, "a.md", "m", 1, 5_002, source, source.replace("wall", "wall]")
    )
    _, _, old, new, *_ = report_as_text(Report((finding,), 1)).splitlines()
    assert len(old) < 110
    assert len(new) < 110
    assert old.startswith("           - …xx")
    assert "[wall and" in old
    assert "[wall] and" in new


def test_repair_of_a_missing_end_is_shown() -> None:
    source = "y" * 300
    finding = Finding(Rule.DAMAGED_BRACKET, "a.md", "m", 1, 1, source, source + "]]")
    _, _, old, new, *_ = report_as_text(Report((finding,), 1)).splitlines()
    assert new.removeprefix("           + ") == old.removeprefix("           - ") + "]]"


def test_only_the_most_wanted() -> None:
    wanted = tuple(Wanted(f"page {at}", 2) for at in range(MAX_WANTED + 7))
    text = report_as_text(Report((), 1, 40, 40, wanted), missing=True)
    assert f"page {MAX_WANTED - 1}\n" in text
    assert f"page {MAX_WANTED}\n" not in text
    assert "and 7 more" in text


# -- JSON ------------------------------------------------------------------------------


def test_json() -> None:
    data = json.loads(report_as_json(SOME))
    assert data["version"] == 1
    assert data["tool"]["name"] == "sphinx-scrapbox"
    assert data["pages"] == 3
    assert data["counts"] == {"error": 1, "warning": 2, "note": 0}
    assert data["links"] == {"total": 8, "missing": 6, "missing_pages": 2}
    assert data["findings"][0] == {
        "rule": "damaged-bracket",
        "severity": "warning",
        "path": "wiki/What? 雨 100%.md",
        "line": 12,
        "column": 7,
        "message": "a bracket opens and never closes",
        "source": "    - the [wall",
        "repair": "    - the [[wall]]",
        "related": None,
    }
    assert data["findings"][1]["related"] == "wiki/a.md"
    assert [data["findings"][2][name] for name in ("line", "column", "source", "repair")] == [
        None
    ] * 4


def test_json_lists_what_is_missing_on_demand() -> None:
    wanted = json.loads(report_as_json(SOME, missing=True))["links"]["wanted"]
    assert wanted == [
        {"title": "rain", "pages": 4, "project": ""},
        {"title": "moss", "pages": 1, "project": ""},
    ]


@pytest.mark.parametrize("render", [report_as_json, report_as_sarif])
def test_names_that_are_no_text_survive(render: Any) -> None:
    text = render(Report((Finding(Rule.UNSAFE_FILE_NAME, "a\udcff.md", "\udcff"),), 1))
    data = text.encode("utf-8", "backslashreplace")
    assert json.loads(data)
    assert "雨" in render(Report((Finding(Rule.EMPTY_PAGE, "a", "雨"),), 1))


# -- SARIF: what its schema requires, as far as we write it --------------------------------

LEVELS = {"none", "note", "warning", "error"}
# Of each object of the schema: the properties it must have, and those it may have besides.
SHAPES: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"originalUriBaseIds", "columnKind", "results", "properties"}),
    "driver": ({"name"}, {"version", "informationUri", "rules"}),
    "rule": (
        {"id"},
        {"name", "shortDescription", "help", "helpUri", "defaultConfiguration"},
    ),
    "result": (
        {"message"},
        {"ruleId", "ruleIndex", "level", "locations", "relatedLocations", "fixes"},
    ),
    "location": (set(), {"id", "physicalLocation"}),
    "physicalLocation": ({"artifactLocation"}, {"region"}),
    "artifactLocation": (set(), {"uri", "uriBaseId"}),
    "region": (set(), {"startLine", "startColumn", "endLine", "endColumn"}),
    "fix": ({"artifactChanges"}, {"description"}),
    "artifactChange": ({"artifactLocation", "replacements"}, set()),
    "replacement": ({"deletedRegion"}, {"insertedContent"}),
}


def holds(shape: str, value: dict[str, Any]) -> dict[str, Any]:
    required, optional = SHAPES[shape]
    assert required <= value.keys() <= required | optional, (shape, value)
    return value


def test_sarif_has_the_shape_of_its_schema() -> None:
    log = holds("log", json.loads(report_as_sarif(SOME, prefix="docs/")))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    holds("run", run)
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    rules = holds("driver", run["tool"]["driver"])["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) == len(Rule)
    for rule in rules:
        holds("rule", rule)
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
    for result in run["results"]:
        holds("result", result)
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        places = [*result["locations"], *result.get("relatedLocations", ())]
        artifacts = []
        for place in places:
            physical = holds("physicalLocation", holds("location", place)["physicalLocation"])
            artifacts.append(physical["artifactLocation"])
            if "region" in physical:
                assert holds("region", physical["region"])["startLine"] >= 1
                assert physical["region"].get("startColumn", 1) >= 1
        for fix in result.get("fixes", ()):
            for change in holds("fix", fix)["artifactChanges"]:
                artifacts.append(holds("artifactChange", change)["artifactLocation"])
                assert change["replacements"]
                for replacement in change["replacements"]:
                    holds("region", holds("replacement", replacement)["deletedRegion"])
        for artifact in artifacts:
            assert holds("artifactLocation", artifact)["uriBaseId"] in run["originalUriBaseIds"]
            # A relative reference, of signs that may stand in one, and without a scheme.
            assert re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})+", artifact["uri"], re.ASCII)
            assert not artifact["uri"].startswith("/")


def test_sarif_addresses_and_fixes() -> None:
    results = json.loads(report_as_sarif(SOME, prefix="docs/"))["runs"][0]["results"]
    physical = results[0]["locations"][0]["physicalLocation"]
    uri = physical["artifactLocation"]["uri"]
    assert uri == "docs/wiki/What%3F%20%E9%9B%A8%20100%25.md"
    assert unquote(uri) == "docs/wiki/What? 雨 100%.md"
    assert physical["region"] == {"startLine": 12, "startColumn": 7}
    (change,) = results[0]["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 12, "startColumn": 1, "endLine": 12, "endColumn": 16},
            "insertedContent": {"text": "    - the [[wall]]"},
        }
    ]
    assert "relatedLocations" not in results[0]
    related = results[1]["relatedLocations"][0]["physicalLocation"]
    assert related["artifactLocation"]["uri"] == "docs/wiki/a.md"
    assert "region" not in results[2]["locations"][0]["physicalLocation"]
    assert "fixes" not in results[2]


def test_sarif_of_a_clean_folder_has_results() -> None:
    # An empty list says that the tool ran; no list would say that it did not.
    (run,) = json.loads(report_as_sarif(Report(pages=1)))["runs"]
    assert run["results"] == []


def test_sarif_tells_what_is_missing_on_demand() -> None:
    (run,) = json.loads(report_as_sarif(SOME, missing=True))["runs"]
    assert run["properties"]["wanted"][0] == {"title": "rain", "pages": 4, "project": ""}
