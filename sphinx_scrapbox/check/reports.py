"""A report as text for people, as JSON, and as SARIF 2.1.0 for the services that show it.

The text of a wiki is not trusted: what a terminal would obey is shown as an escape.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote

from sphinx_scrapbox import __version__
from sphinx_scrapbox.check.rules import RULES, Finding, Report, Rule, Severity
from sphinx_scrapbox.wiki.text import Paint, terminal_safe

TOOL = "sphinx-scrapbox"
HOME = "https://sphinx-scrapbox.readthedocs.io"
JSON_VERSION = 1
MOST_WANTED = 20
"""How many missing pages the text for people lists; JSON lists all."""

# -- for people ------------------------------------------------------------------------

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_WIDTH = 88
_BEFORE_CHANGE = 24


def report_as_text(
    report: Report, *, prefix: str = "", missing: bool = False, color: bool = False
) -> str:
    """The findings page by page, each with its proposal, and a summary.

    *prefix* is put before each path, so that a terminal can open it.
    """
    paint = Paint(color)
    out: list[str] = []
    for path, findings in groupby(report.findings, key=lambda one: one.path):
        out.append(paint.bold(terminal_safe(prefix + path)))
        for one in findings:
            out += _told(one, paint)
        out.append("")
    if missing:
        out += _told_missing(report, paint)
    out += _summary(report, paint)
    return "\n".join(out) + "\n"


def _told(one: Finding, paint: Paint) -> Iterator[str]:
    place = f"{one.line or '-'}{f':{one.column}' if one.column else ''}"
    severity = one.rule.severity
    label = paint(f"{severity.label:<7}", _COLOURS[severity])
    yield f"  {place:>7}  {label}  {terminal_safe(one.message)}  {paint.dim(one.rule.id)}"
    if one.repair is not None:
        old, new = _clipped(one.source, one.repair)
        yield paint(f"           - {old}", "31")
        yield paint(f"           + {new}", "32")


def _clipped(old: str, new: str) -> tuple[str, str]:
    """Both lines, without their common indent, from shortly before the first difference."""
    pairs = enumerate(zip(old, new, strict=False))
    same = next((at for at, (was, now) in pairs if was != now), min(len(old), len(new)))
    start = min(len(old) - len(old.lstrip(" ")), same)
    if max(len(old), len(new)) - start > _WIDTH and same - start > _BEFORE_CHANGE:
        start = same - _BEFORE_CHANGE
    return _clip(old, start), _clip(new, start)


def _clip(line: str, start: int) -> str:
    head = "…" if line[:start].strip() else ""
    tail = "…" if len(line) - start > _WIDTH else ""
    return head + terminal_safe(line[start : start + _WIDTH]) + tail


def _told_missing(report: Report, paint: Paint) -> Iterator[str]:
    if not report.wanted:
        return
    yield paint.bold("Missing pages that most pages link to")
    for title, pages in report.wanted[:MOST_WANTED]:
        yield f"  {pages:>7}  {terminal_safe(title)}"
    if (more := len(report.wanted) - MOST_WANTED) > 0:
        yield paint.dim(f"           and {_count(more, 'more')}; --format json lists them all")
    yield ""


def _summary(report: Report, paint: Paint) -> Iterator[str]:
    count = [
        paint(_count(number, severity.label + ("" if number == 1 else "s")), code)
        if (number := report.count(severity))
        else f"no {severity.label}s"
        for severity, code in _COLOURS.items()
    ]
    pages = "1 page" if report.pages == 1 else _count(report.pages, "pages")
    if report.findings:
        yield paint.bold(f"{pages}: ") + ", ".join(count)
        by_rule = Counter(one.rule.id for one in report.findings).most_common()
        yield "  " + ", ".join(f"{number:,} {name}" for name, number in by_rule)
    else:
        yield paint.bold(f"{pages}: ") + paint("nothing found", "32")
    if report.unresolved:
        share = round(100 * report.unresolved / report.links)
        yield (
            f"{report.unresolved:,} of {_count(report.links, 'links')} ({share} %) lead to "
            "pages that are not here, which is normal in a wiki"
        )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}"


# -- JSON ------------------------------------------------------------------------------


def report_as_json(report: Report, *, missing: bool = False) -> str:
    """The whole report; see the documentation of ``check`` for its fields."""
    links: dict[str, object] = {
        "total": report.links,
        "missing": report.unresolved,
        "missing_pages": len(report.wanted),
    }
    if missing:
        links["wanted"] = [one._asdict() for one in report.wanted]
    data = {
        "version": JSON_VERSION,
        "tool": {"name": TOOL, "version": __version__},
        "pages": report.pages,
        "counts": {severity.label: report.count(severity) for severity in _COLOURS},
        "links": links,
        "findings": [_finding(one) for one in report.findings],
    }
    return _dump(data)


def _finding(one: Finding) -> dict[str, object]:
    return {
        "rule": one.rule.id,
        "severity": one.rule.severity.label,
        "path": one.path,
        "line": one.line or None,
        "column": one.column or None,
        "message": one.message,
        "source": None if one.repair is None else one.source,
        "repair": one.repair,
        "related": one.related or None,
    }


def _dump(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


# -- SARIF -----------------------------------------------------------------------------

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "SRCROOT"
_RULE_INDEX = {rule: number for number, rule in enumerate(Rule)}


def report_as_sarif(report: Report, *, prefix: str = "", missing: bool = False) -> str:
    """The findings as one run of SARIF; *prefix* leads from the repository to the folder."""
    links: dict[str, object] = {
        "pages": report.pages,
        "links": report.links,
        "missingLinks": report.unresolved,
    }
    if missing:
        links["wanted"] = [one._asdict() for one in report.wanted]
    run = {
        "tool": {
            "driver": {
                "name": TOOL,
                "version": __version__,
                "informationUri": HOME,
                "rules": [_rule(rule) for rule in RULES.values()],
            }
        },
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The folder that the check was called in."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, prefix) for one in report.findings],
        "properties": links,
    }
    return _dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.id.title().replace("-", ""),
        "shortDescription": {"text": rule.description},
        "help": {"text": rule.help},
        "helpUri": f"{HOME}/en/latest/reference/command-line.html",
        "defaultConfiguration": {"level": rule.severity.label},
    }


def _result(one: Finding, prefix: str) -> dict[str, object]:
    artifact = _artifact(prefix + one.path)
    result: dict[str, object] = {
        "ruleId": one.rule.id,
        "ruleIndex": _RULE_INDEX[one.rule],
        "level": one.rule.severity.label,
        "message": {"text": one.message},
        "locations": [_location(artifact, one.line, one.column)],
    }
    if one.related:
        related = _location(_artifact(prefix + one.related), one.related_line, 0)
        result["relatedLocations"] = [{"id": 1, **related}]
    if one.repair is not None:
        replacement = {
            "deletedRegion": {
                "startLine": one.line,
                "startColumn": 1,
                "endLine": one.line,
                "endColumn": len(one.source) + 1,
            },
            "insertedContent": {"text": one.repair},
        }
        result["fixes"] = [
            {
                "description": {"text": "What the line may have been"},
                "artifactChanges": [{"artifactLocation": artifact, "replacements": [replacement]}],
            }
        ]
    return result


def _location(artifact: dict[str, str], line: int, column: int) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": artifact}
    if line:
        place["region"] = {"startLine": line, **({"startColumn": column} if column else {})}
    return {"physicalLocation": place}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": _BASE}
