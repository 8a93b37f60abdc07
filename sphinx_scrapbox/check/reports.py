"""Reports as text for a terminal, as JSON, and as SARIF 2.1.0 for code scanning services.

The text of a wiki is not trusted: control sequences are shown as escapes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from urllib.parse import quote

from sphinx_scrapbox import __version__
from sphinx_scrapbox.check.rules import Finding, Report, Rule, Severity
from sphinx_scrapbox.snapshot.reports.json import dump_json, json_report
from sphinx_scrapbox.snapshot.reports.wording import HOME, TOOL
from sphinx_scrapbox.wiki.text import Paint, terminal_safe

MAX_WANTED = 20
"""The number of missing pages that the text lists; JSON lists all."""
MAX_FOLDERS = 20
"""The number of folders of which the text tells the project; JSON lists all."""

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_WIDTH = 88
_BEFORE_CHANGE = 24


def report_as_text(
    report: Report, *, prefix: str = "", missing: bool = False, color: bool = False
) -> str:
    """The findings page by page with their repairs, and a summary.

    *prefix* comes before each path, so that a terminal can open it. With *missing*, the missing
    pages are listed, too.
    """
    paint = Paint(color)
    out: list[str] = []
    for path, findings in groupby(report.findings, key=lambda finding: finding.path):
        out.append(paint.bold(terminal_safe(prefix + path)))
        for finding in findings:
            out += _finding_lines(finding, paint)
        out.append("")
    if missing:
        out += _missing_lines(report, paint)
    out += _summary(report, paint)
    out += _folder_lines(report, prefix)
    return "\n".join(out) + "\n"


def _finding_lines(finding: Finding, paint: Paint) -> Iterator[str]:
    place = f"{finding.line or '-'}{f':{finding.column}' if finding.column else ''}"
    severity = finding.rule.severity
    label = paint(f"{severity.label:<7}", _COLOURS[severity])
    yield f"  {place:>7}  {label}  {terminal_safe(finding.message)}  {paint.dim(finding.rule.id)}"
    if finding.repair is not None:
        old, new = _clipped(finding.source, finding.repair)
        yield paint(f"           - {old}", "31")
        yield paint(f"           + {new}", "32")


def _clipped(old: str, new: str) -> tuple[str, str]:
    """Both lines without indentation, from shortly before the first difference."""
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


def _missing_lines(report: Report, paint: Paint) -> Iterator[str]:
    if not report.wanted:
        return
    yield paint.bold("Missing pages that most pages link to")
    for title, pages, _project in report.wanted[:MAX_WANTED]:
        yield f"  {pages:>7}  {terminal_safe(title)}"
    if (more := len(report.wanted) - MAX_WANTED) > 0:
        yield paint.dim(f"           and {more:,} more; --format json lists them all")
    yield ""


def _folder_lines(report: Report, prefix: str) -> Iterator[str]:
    """Which project each folder was taken for, and why."""
    for folder, project, reason in report.folders[:MAX_FOLDERS]:
        place = f"{prefix}{folder}".removesuffix("/.") if prefix else folder
        yield terminal_safe(f"{place}: {project_wording(project)}, because {reason}")
    if (more := len(report.folders) - MAX_FOLDERS) > 0:
        yield f"and {more:,} more folders; --format json lists them all"


def project_wording(project: str) -> str:
    """What reports say of pages of a project, "" for an unknown one."""
    return f"pages of the wiki {project}" if project else "pages of an unknown wiki"


def _summary(report: Report, paint: Paint) -> Iterator[str]:
    count = [
        paint(f"{number:,} {severity.label}{'s' if number > 1 else ''}", code)
        if (number := report.count(severity))
        else f"no {severity.label}s"
        for severity, code in _COLOURS.items()
    ]
    pages = "1 page" if report.pages == 1 else f"{report.pages:,} pages"
    if report.findings:
        yield paint.bold(f"{pages}: ") + ", ".join(count)
        by_rule = Counter(finding.rule.id for finding in report.findings).most_common()
        yield "  " + ", ".join(f"{number:,} {name}" for name, number in by_rule)
    else:
        yield paint.bold(f"{pages}: ") + paint("nothing found", "32")
    if report.unresolved:
        share = round(100 * report.unresolved / report.links)
        yield (
            f"{report.unresolved:,} of {report.links:,} links ({share} %) lead to "
            "pages that are not here, which is normal in a wiki"
        )


def report_as_json(report: Report, *, missing: bool = False) -> str:
    """The whole report; the manual of ``check`` lists the fields."""
    links: dict[str, object] = {
        "total": report.links,
        "missing": report.unresolved,
        "missing_pages": len(report.wanted),
    }
    if missing:
        links["wanted"] = [page._asdict() for page in report.wanted]
    return json_report(
        pages=report.pages,
        counts={severity.label: report.count(severity) for severity in _COLOURS},
        links=links,
        folders=[folder._asdict() for folder in report.folders],
        findings=[_finding(finding) for finding in report.findings],
    )


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity.label,
        "path": finding.path,
        "line": finding.line or None,
        "column": finding.column or None,
        "message": finding.message,
        "source": None if finding.repair is None else finding.source,
        "repair": finding.repair,
        "related": finding.related or None,
    }


_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "SRCROOT"


def report_as_sarif(report: Report, *, prefix: str = "", missing: bool = False) -> str:
    """The findings as one run; *prefix* is the path from the repository to the folder."""
    links: dict[str, object] = {
        "pages": report.pages,
        "links": report.links,
        "missingLinks": report.unresolved,
    }
    if missing:
        links["wanted"] = [page._asdict() for page in report.wanted]
    run = {
        "tool": {
            "driver": {
                "name": TOOL,
                "version": __version__,
                "informationUri": HOME,
                "rules": [_rule(rule) for rule in Rule],
            }
        },
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The folder that the check was called in."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, prefix) for finding in report.findings],
        "properties": links,
    }
    return dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.id.title().replace("-", ""),
        "shortDescription": {"text": rule.description},
        "help": {"text": rule.help},
        "helpUri": f"{HOME}/en/latest/reference/command-line.html",
        "defaultConfiguration": {"level": rule.severity.label},
    }


def _result(finding: Finding, prefix: str) -> dict[str, object]:
    artifact = _artifact(prefix + finding.path)
    result: dict[str, object] = {
        "ruleId": finding.rule.id,
        "ruleIndex": finding.rule.index,
        "level": finding.rule.severity.label,
        "message": {"text": finding.message},
        "locations": [_location(artifact, finding.line, finding.column)],
    }
    if finding.related:
        related = _location(_artifact(prefix + finding.related), finding.related_line, 0)
        result["relatedLocations"] = [{"id": 1, **related}]
    if finding.repair is not None:
        replacement = {
            "deletedRegion": {
                "startLine": finding.line,
                "startColumn": 1,
                "endLine": finding.line,
                "endColumn": len(finding.source) + 1,
            },
            "insertedContent": {"text": finding.repair},
        }
        result["fixes"] = [
            {
                "description": {"text": "The line as it probably was"},
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
