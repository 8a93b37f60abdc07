"""The sources that ``compare_builds.py`` builds: our documentation, and two sites of real pages.

The two sites switch on every feature. What their guide pages name (titles, tags, people, ids of
lines) is taken from the pages themselves, the same for equal pages.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pprint import pformat
from typing import Any

Unpack = Callable[[Path, Path], None]
"""Runs ``sphinx-scrapbox unpack EXPORT FOLDER``."""

_ICON_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">'
    '<circle cx="8" cy="8" r="{}"/></svg>\n'
)
_BASE_CONF = """\
import sys
from importlib.util import find_spec

project = "Comparison"
author = "nobody"
copyright = "2026, nobody"
version = release = "1"
html_baseurl = "https://wiki.example/"
html_last_updated_fmt = "%Y-%m-%d"
ogp_site_url = html_baseurl
epub_show_urls = "no"
latex_engine = "xelatex"
extensions = ["sphinx_scrapbox"]
if "json" not in sys.argv:  # sphinxext.opengraph fails there
    extensions += [name for name in ("sphinx_sitemap", "sphinxext.opengraph") if find_spec(name)]
myst_enable_extensions = ["colon_fence", "substitution"]
scrapbox_link_documents = True
scrapbox_icon_path = ["icons"]
scrapbox_page_directives = ["note", "tip"]
scrapbox_myst_tags = True
"""
_NATIVE_CONF = """
if "text" in sys.argv or "singlehtml" in sys.argv:  # a name that many pages write out
    scrapbox_deny["titles"] += [{name!r}]


def _append_pages(app, env):
    pages = sorted(name for name in env.found_docs if name.startswith("wiki/"))
    app.config.latex_appendices = app.config.texinfo_appendices = pages


def setup(app):
    app.connect("env-updated", _append_pages)
"""


@dataclass(frozen=True)
class Survey:
    """What the pages of a wiki name most, each the most frequent first."""

    titles: list[str]
    linked: list[str]
    tags: list[str]
    icons: list[str]

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Survey:
        """Count in the texts of pages, by title."""
        everything = "\n".join(texts.values())
        links = re.findall(r"\[\[?([^\][|]+?)\]", everything)
        return cls(
            titles=sorted(texts),
            linked=_frequent(link for link in links if link in texts and link[0] != "/"),
            tags=_frequent(re.findall(r"(?:^|(?<=\s))#(\w+)", everything)),
            icons=_frequent(re.findall(r"[\['](\w+)\.icon['\]]", everything)),
        )


def _frequent(items: Iterable[str]) -> list[str]:
    counted = Counter(items)
    return sorted(counted, key=lambda item: (-counted[item], item))


def _spread(items: list[str], count: int) -> list[str]:
    """Up to *count* items at equal distances."""
    return items[:: max(1, len(items) // count)][:count]


PRINT_REFERENCES = """\
import json, sys

sys.path.insert(0, sys.argv[1])
import showcase

directives, texts = {}, {}


class App:
    def add_directive(self, name, directive):
        directives[name] = directive


showcase.setup(App())
for name, directive in directives.items():
    if name.startswith("scrapbox-"):
        instance = directive.__new__(directive)
        instance.parse_text_to_nodes = lambda text, **_: text
        texts[name] = instance.run()
print(json.dumps(texts))
"""
"""Python that prints what the references to options and warnings are made of, by directive."""


def stage_example(
    docs: Path, extension: Path, references: Mapping[str, str], target: Path
) -> None:
    """Copy our documentation, with the extension of its own that fits the package.

    :param references: what takes the place of directives that write references from the code
    """
    ignore = shutil.ignore_patterns("_build", "_ext", "__pycache__")
    shutil.copytree(docs, target / "docs", ignore=ignore)
    pattern = shutil.ignore_patterns("__pycache__")
    shutil.copytree(extension, target / "docs" / "_ext", ignore=pattern)
    shutil.copy(docs.parent / "CHANGELOG.md", target)
    for path in sorted((target / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        for name, reference in references.items():
            text = text.replace(f"```{{{name}}}\n```", reference)
        path.write_text(text, encoding="utf-8")


def exported_texts(corpus: Path) -> dict[str, str]:
    """The exported pages of a corpus by title."""
    texts = {}
    for path in sorted((corpus / "exported").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        match = re.search(r"^title:\s*(?:\"(.*)\"|'(.*)')\s*$", text, re.MULTILINE)
        texts[(match[1] or match[2]) if match else path.stem] = text
    return texts


def stage_exported(corpus: Path, target: Path, unpack: Unpack) -> None:
    """Exported pages in a toctree, and guide pages in reStructuredText."""
    docs = target / "docs"
    _copy_folder(corpus / "exported", docs / "wiki")
    unpack(corpus / "native" / "nishio.json", target / "sources" / "nishio")
    write_older_folder(corpus / "exported", docs / "_older")
    texts = exported_texts(corpus)
    survey = Survey.of(texts)
    _write_icons(survey.icons[:2], docs)
    project = _frequent(re.findall(r"/api/pages/([\w-]+)/", "\n".join(texts.values())))[0]
    conf = {
        "exclude_patterns": ["_older"],
        "html_theme": "alabaster",
        "scrapbox_project": project,
        "scrapbox_people": _people(survey.icons[:4]),
        "scrapbox_provenance": "start",
        "scrapbox_search": {"wiki/[A-D]*": "titles", "wiki/Z*": "none", "**": "full"},
        "scrapbox_canonical": {"wiki/[A-M]*": "wiki", "wiki/[N-P]*": "noindex", "**": "self"},
        "scrapbox_translation": {
            "languages": {("nishio", project): ("ja", "en")},
            "sources": ["../sources/nishio"],
            "position": "both",
        },
    }
    _write_conf(docs, conf)
    parted = [title for title in survey.titles if re.search(r"^#+ ", texts[title], re.MULTILINE)]
    includes = [
        *(_directive("include", title) for title in _spread(survey.titles, 5)),
        *(_directive("include", title, section="1") for title in _spread(parted, 5)),
        *(_directive("include", title, lines="1-9") for title in _spread(survey.linked, 3)),
    ]
    lists = [*_lists(survey), _directive("changes", **{"from": "_older", "lines": ""})]
    roles = [f":scrapbox:page:`{title}`" for title in survey.linked[:5]]
    roles += [f":scrapbox:tag:`{tag}`" for tag in survey.tags[:3]]
    roles += [f":scrapbox:icon:`{name}`" for name in survey.icons[:3]]
    related = ".. scrapbox:related::"
    _write_rst(docs, "index", [".. toctree::\n   :glob:\n\n   lists\n   includes\n   wiki/*"])
    _write_rst(docs, "lists", [*lists, " ".join(roles)])
    _write_rst(docs, "includes", [*includes, *(f"|scrapbox-{x}|" for x in ["project"]), related])


def stage_native(corpus: Path, target: Path, unpack: Unpack) -> None:
    """Native pages with their lock files, outside every toctree; guide pages in MyST."""
    docs = target / "docs"
    pages: list[dict[str, Any]] = []
    for export in sorted((corpus / "native").glob("*.json")):
        unpack(export, docs / "wiki" / export.stem)
        older = target / f"{export.stem}-older.json"
        write_older_export(export, older)
        unpack(older, docs / "_older" / export.stem)
        pages += json.loads(export.read_text(encoding="utf-8"))["pages"]
    texts = {page["title"]: "\n".join(line["text"] for line in page["lines"]) for page in pages}
    survey = Survey.of(texts)
    _write_icons(survey.icons[:2], docs)
    first, *_, second = sorted(path.stem for path in (corpus / "native").glob("*.json"))
    ours = [title for title in survey.titles if f"/{first}/" in texts[title]]
    everything = "\n".join(texts.values())
    # How often each title is written out, but for links and the page's own first line.
    written = {t: everything.count(t) - everything.count(f"[{t}]") - 1 for t in survey.linked[6:]}
    hidden = next(title for title, times in written.items() if not times)
    revealed = next(title for title, times in written.items() if times > 5)
    conf = {
        "exclude_patterns": ["_older"],
        "language": "ja",
        "html_theme": "sphinx_rtd_theme",
        "scrapbox_project": first,
        "scrapbox_people": _people(survey.icons[2:8]),
        "scrapbox_provenance": "end",
        "scrapbox_missing": "text",
        "scrapbox_icons": "remote",
        "scrapbox_videos": "link",
        "scrapbox_related": {f"wiki/{first}/*": "list", "**": "cards"},
        "scrapbox_canonical": "wiki",
        "scrapbox_deny": {"titles": [hidden], "tags": survey.tags[3:4]},
        "scrapbox_translation": {
            "languages": {(first, second): ("ja", "en")},
            "pairs": {
                f"/{second}/{translated}": f"/{first}/{page['title']}"
                for translated, page in zip(ours[:5], pages, strict=False)
            },
            "switcher": "end",
        },
    }
    _write_conf(docs, conf, _NATIVE_CONF.format(name=revealed))
    identified = [page for page in pages if len(page["lines"]) > 6]
    included = {page["title"]: page["lines"][4]["id"] for page in identified}
    code = {title: re.search(r"^\s*code:(\S+)$", t, re.MULTILINE) for title, t in texts.items()}
    table = {title: re.search(r"^\s*table:(\S+)$", t, re.MULTILINE) for title, t in texts.items()}
    includes = [
        *(_directive("include", title) for title in _spread(survey.titles, 5)),
        *(_directive("include", title, line=included[title]) for title in _spread([*included], 9)),
        *(_directive("include", t, code=m[1]) for t, m in [*code.items()] if m),
        *(_directive("include", t, table=m[1]) for t, m in [*table.items()] if m),
    ]
    changes = [
        _directive("changes", **{"from": f"_older/{name}", "path": f"wiki/{name}", "lines": ""})
        for name in (first, second)
    ]
    snapshot = [_directive("snapshot"), _directive("snapshot", **{"as": "table"})]
    links = [f"[[{title}]] and [[{title}|elsewhere]]" for title in survey.linked[:4]]
    links += [f"#{tag}" for tag in survey.tags[:3]]
    _write_myst(docs, "index", ["```{toctree}\nlists\nincludes\n```", *links])
    _write_myst(docs, "lists", [*map(_as_myst, [*_lists(survey), *changes, *snapshot])])
    _write_myst(docs, "includes", [*map(_as_myst, includes)])


def stage_commands(corpus: Path, target: Path, unpack: Unpack) -> None:
    """Pages and earlier states of them, for the commands."""
    _copy_folder(corpus / "exported", target / "exported")
    write_older_folder(corpus / "exported", target / "exported-older")
    for export in sorted((corpus / "native").glob("*.json")):
        older = target / f"{export.stem}-older.json"
        (target / export.name).write_bytes(export.read_bytes())
        write_older_export(export, older)
        unpack(export, target / export.stem)
        unpack(older, target / older.stem)


def _commands() -> dict[str, list[list[str]]]:
    """Arguments of the command by a name, with the folders that ``stage_commands`` writes."""
    commands: dict[str, list[str]] = {}
    for to in ("notation", "markdown", "json", "myst"):
        output = "{out}/pages.json" if to == "json" else "{out}"
        for source in ("exported", "nishio", "villagepump", "nishio.json"):
            name = f"convert {source} to {to}"
            commands[name] = f"convert {source} -o {output} --to {to} --project garden".split()
    commands["convert without writing"] = "convert nishio --to myst -o {out} --dry-run".split()
    for folder in ("exported", "nishio", "villagepump"):
        for form in ("human", "json", "sarif"):
            name = f"check {folder} as {form}"
            commands[name] = f"check {folder} --format {form} --missing".split()
        for form in ("text", "markdown", "json"):
            name = f"diff {folder} as {form}"
            commands[name] = f"diff {folder}-older {folder} --format {form}".split()
        atom = f"diff {folder}-older {folder} --format atom --base-url https://wiki.example/"
        commands[f"diff {folder} as atom"] = atom.split()
        commands[f"diff {folder} counted"] = f"diff {folder}-older {folder} --stat".split()
    locks = "diff nishio-older/scrapbox.lock nishio/scrapbox.lock --exit-code"
    commands["diff of locks"] = locks.split()
    groups = {name: [arguments] for name, arguments in commands.items()}
    for project in ("nishio", "villagepump"):
        unpack = ["unpack", f"{project}.json", "{out}/wiki"]
        older = ["unpack", f"{project}-older.json", "{out}/wiki"]
        groups[f"unpack {project}"] = [unpack]
        groups[f"unpack {project} again"] = [older, [*unpack, "--dry-run"], unpack]
        groups[f"unpack {project} in private"] = [[*unpack, "--private", "--title", "*a*"]]
    return groups


COMMANDS = _commands()
"""Arguments of the command, one or several times, by a name."""


def write_older_folder(folder: Path, target: Path) -> None:
    """An earlier state of exported pages: some are not there, others have other lines."""
    target.mkdir(parents=True)
    for number, path in enumerate(sorted(folder.glob("*.md"))):
        lines = path.read_text(encoding="utf-8").split("\n")
        if number % 9:
            name = f"earlier {path.name}" if number % 31 == 1 else path.name
            (target / name).write_text("\n".join(_older(lines, number, 4)), encoding="utf-8")


def write_older_export(export: Path, target: Path) -> None:
    """An earlier state of a project export: pages missing, renamed and with other lines."""
    data = json.loads(export.read_text(encoding="utf-8"))
    pages = [page for number, page in enumerate(data["pages"]) if number % 9]
    for number, page in enumerate(pages):
        page["lines"] = _older(page["lines"], number, 1)
        if number % 11 == 4:
            page["title"] = page["lines"][0]["text"] = f"earlier page {number}"
        page["updated"] -= number % 4
    data["pages"] = pages
    data["exported"] -= 1000
    target.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def _older(lines: list[Any], number: int, head: int) -> list[Any]:
    """The lines before a change that depends on *number*; *head* lines are left alone."""
    first, rest = lines[:head], lines[head:]
    match number % 5:
        case 0:
            rest = rest[:2] + rest[4:]  # two lines came
        case 1:
            rest = rest[1:] + rest[:1]  # a line moved to the front
        case 2:
            rest = rest[:3] + rest[:2] + rest[3:]  # two lines went
        case 3:
            rest = [_edited(line) for line in rest]
    return [*first, *rest]


def _edited(line: Any) -> Any:
    """A line before it was edited or indented, if it is one in three by its length."""
    text = line if isinstance(line, str) else line["text"]
    if len(text) % 3:
        return line
    text = text.removeprefix(" ").replace("the ", "a ", 1)
    return text if isinstance(line, str) else {**line, "text": text}


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())


def _write_icons(names: list[str], docs: Path) -> None:
    (docs / "icons").mkdir()
    for number, name in enumerate(names):
        (docs / "icons" / f"{name}.svg").write_text(_ICON_SVG.format(number + 3), "utf-8")


def _people(names: list[str]) -> dict[str, Any]:
    return {
        name: {"name": f"Person {number}", "link": f"https://people.example/{number}"}
        for number, name in enumerate(names, 1)
    }


def _write_conf(docs: Path, values: Mapping[str, Any], more: str = "") -> None:
    lines = [f"{name} = {pformat(value, width=98)}" for name, value in values.items()]
    (docs / "conf.py").write_text("\n".join([_BASE_CONF, *lines, more]), encoding="utf-8")


def _directive(name: str, argument: str = "", /, **options: str) -> str:
    """A directive of ours in reStructuredText."""
    lines = [f".. scrapbox:{name}:: {argument}".rstrip()]
    return "\n".join([*lines, *(f"   :{key}: {value}".rstrip() for key, value in options.items())])


def _as_myst(directive: str) -> str:
    first, *options = directive.splitlines()
    name, _, argument = first.removeprefix(".. ").partition("::")
    return "\n".join(
        [f"```{{{name}}} {argument.strip()}".rstrip(), *(line.strip() for line in options), "```"]
    )


def _lists(survey: Survey) -> list[str]:
    """Directives that list pages in every form."""
    return [
        _directive("pages"),
        _directive("pages", **{"as": "table", "sort": "updated", "limit": "40"}),
        _directive("pages", **{"as": "cards", "sort": "linked", "limit": "20"}),
        _directive("pages", title="*A*", since="2010-01-01", reverse=""),
        *(_directive("tagged", tag, **{"as": "table"}) for tag in survey.tags[:2]),
        *(_directive("pages", person=name) for name in survey.icons[:2]),
        _directive("wanted", min="2", limit="60"),
        _directive("stale", limit="20", empty="Nothing is stale."),
        _directive("people"),
        *(_directive("map", title, hops="2", wanted="") for title in survey.linked[:3]),
        _directive("speech", survey.icons[0]) + "\n\n   A sentence.",
    ]


def _write_rst(docs: Path, name: str, blocks: Iterable[str]) -> None:
    text = "\n\n".join([f"{name.title()}\n{'=' * len(name)}", *blocks])
    (docs / f"{name}.rst").write_text(text + "\n", encoding="utf-8")


def _write_myst(docs: Path, name: str, blocks: Iterable[str]) -> None:
    text = "\n\n".join([f"# {name.title()}", *blocks])
    (docs / f"{name}.md").write_text(text + "\n", encoding="utf-8")
