"""The text of the files of a new site.

Titles, names of projects and of folders may have been written by anyone. Each is written by one
of the functions here that keep it inside its string, link or word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import NamedTuple

from sphinx_scrapbox import __version__
from sphinx_scrapbox.cli.init.facts import StartPage
from sphinx_scrapbox.formats.myst.inlines import escaped, write_myst_inline
from sphinx_scrapbox.wiki.ast import PageLink
from sphinx_scrapbox.wiki.text import cut, without_unsafe

THEMES = {
    "furo": "furo",
    "pydata_sphinx_theme": "pydata-sphinx-theme",
    "sphinx_book_theme": "sphinx-book-theme",
    "sphinx_rtd_theme": "sphinx-rtd-theme",
    "alabaster": "",
}
"""By name of a theme the package that has it; "" for the theme that Sphinx brings along."""

_MAX_TITLE = 100


def installed_theme() -> str:
    """The first of :data:`THEMES` that is installed, so that the site can be built at once."""
    return next(filter(is_installed, THEMES))


def is_installed(theme: str) -> bool:
    """Whether one of :data:`THEMES` can be used."""
    return not THEMES[theme] or find_spec(theme) is not None


def python_string(text: str) -> str:
    r"""A literal of Python, on one line and without invisible characters.

    >>> print(python_string('a"\n\u202eb'))
    "a\" b"
    """
    return json.dumps(without_unsafe(text), ensure_ascii=False)


def glob_name(name: str) -> str:
    """A pattern for this name, with ``?`` for signs of patterns.

    >>> glob_name("a[1]")
    'a?1?'
    """
    return re.sub(r"[*?\[\]\\]|^!", "?", name)


def glob_of(folder: str) -> str:
    """A pattern for all files in a folder; ``.`` is the folder that patterns start in.

    >>> glob_of("wiki"), glob_of(".")
    ('wiki/**', '**')
    """
    return "**" if folder == "." else f"{glob_name(folder)}/**"


class ConfValues(NamedTuple):
    """What ``conf.py`` says.

    ``pages`` are patterns of Markdown files that are pages. ``wiki_project`` is the project of all
    pages, or "".
    """

    title: str
    language: str
    theme: str
    exclude: Sequence[str]
    pages: Sequence[str] = ()
    root: str = "index"
    read_the_docs: bool = False
    wiki_project: str = ""


BASE_URL_LINES = (
    "import os",
    'html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")',
)
"""What makes a site on Read the Docs know its own address."""


def conf_py(values: ConfValues) -> str:
    """The text of ``conf.py``: a comment for each setting."""
    rows = [
        ("The title of the site.", f"project = {python_string(values.title)}"),
        (
            "Reads pages of the wiki, and all other Markdown files as MyST.",
            'extensions = ["sphinx_scrapbox"]',
        ),
        (
            "The language of navigation, search and hyphenation; each page keeps its own.",
            f"language = {python_string(values.language)}",
        ),
        (
            "Files and folders here that are not part of the site.",
            f"exclude_patterns = {_strings(values.exclude)}",
        ),
    ]
    if values.root != "index":
        rows.append(
            ("The start page: index.md is a page of the wiki.", f'root_doc = "{values.root}"')
        )
    if values.pages:
        rows.append(
            (
                "Pages of the wiki, whatever these files contain. All other files are trusted.",
                f"scrapbox_pages = {_strings(values.pages)}",
            )
        )
    if values.wiki_project:
        rows.append(
            (
                "The wiki of pages that do not show it themselves, such as the start page: their\n"
                "# links to pages that are not here lead to this wiki.",
                f"scrapbox_project = {python_string(values.wiki_project)}",
            )
        )
    rows += [
        (
            "A line at the end of each page: its date, and a link to the live page.",
            "scrapbox_provenance = True",
        ),
        ("The look; the name of the package is in requirements.txt.", _theme_line(values.theme)),
        ("The title in the browser, without a version.", "html_title = project"),
    ]
    start = ""
    if values.read_the_docs:
        start, line = BASE_URL_LINES
        rows.append(("The address of the site, which Read the Docs tells each version.", line))
    head = (
        "# The configuration of this site, for sphinx-build. All options for pages of the wiki:\n"
        "# https://sphinx-scrapbox.readthedocs.io/en/latest/reference/options.html\n"
    )
    imports = f"\n{start}\n" if start else ""
    return head + imports + "".join(f"\n# {comment}\n{line}\n" for comment, line in rows)


def _theme_line(theme: str) -> str:
    return f"html_theme = {python_string(theme)}"


def _strings(values: Iterable[str]) -> str:
    """A list of strings, on one line if that is short."""
    literals = [python_string(value) for value in values]
    line = f"[{', '.join(literals)}]"
    if len(line) <= 75:
        return line
    return "[\n" + "".join(f"    {literal},\n" for literal in literals) + "]"


class _Words(NamedTuple):
    intro: str
    start: str
    recent: str
    everything: str


_WORDS = {
    "en": _Words(
        "The pages of the wiki, with links between them as in the wiki.",
        "Start here",
        "Latest changes",
        "All pages",
    ),
    "ja": _Words(
        "Wiki のページを、リンクもそのままに収めたサイトです。",
        "はじめに読むページ",
        "最近更新されたページ",
        "すべてのページ",
    ),
}


def index_md(title: str, language: str, links: Sequence[str], *, has_dates: bool) -> str:
    """The start page: *links* to pages, the pages that changed last, and the indices.

    :param has_dates: whether it is known when pages changed.
    """
    words = _WORDS.get(language.partition("-")[0].lower(), _WORDS["en"])
    parts = [f"# {escaped(cut(without_unsafe(title), _MAX_TITLE)) or 'Wiki'}", words.intro]
    if links:
        parts += [f"## {words.start}", "\n".join(f"- {link}" for link in links)]
    if has_dates:
        parts += [
            f"## {words.recent}",
            "```{scrapbox:pages}\n:sort: updated\n:limit: 10\n```",
        ]
    parts += [f"## {words.everything}", "- {ref}`scrapbox-pages`\n- {ref}`scrapbox-tags`"]
    return "\n\n".join(parts) + "\n"


def start_links(pages: Iterable[StartPage], *, is_one_wiki: bool) -> list[str]:
    """Links to pages by title, in MyST; those that MyST cannot hold are left out."""
    return list(filter(None, (_link(page, is_one_wiki=is_one_wiki) for page in pages)))


def _link(page: StartPage, *, is_one_wiki: bool) -> str:
    """A link by title; "" if MyST cannot hold it."""
    if without_unsafe(page.title) != page.title:
        return ""
    text = write_myst_inline([PageLink(page.title, "" if is_one_wiki else page.project)])
    if not is_one_wiki and page.project and text.startswith("[[") and "|" not in text:
        return f"{text.removesuffix(']]')}|{page.title}]]"
    return text if text.startswith(("[[", "{scrapbox:page}`")) else ""


def requirements_txt(theme: str) -> str:
    """What the site needs, in versions that fit together."""
    minor = ".".join(__version__.split(".")[:2])
    packages = [f"sphinx-scrapbox~={minor}", THEMES[theme]]
    return "".join(f"{package}\n" for package in packages if package)


GITIGNORE = """\
# What builds write.
_build/
__pycache__/
.venv/
"""


_PLAIN = re.compile(r"[\w./~-][\w./~ -]*")


def is_plain_path(path: str) -> bool:
    """Whether a path or name has the same meaning in YAML, in a shell and for GitHub."""
    return _PLAIN.fullmatch(path) is not None and not path.startswith("-") and path == path.strip()
