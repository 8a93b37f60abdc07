"""Sites made, built and looked at by the tests: what a build says, and what its HTML holds."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from docutils import nodes
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sphinx.config import Config
from sphinx.testing.util import SphinxTestApp
from sphinx.util.template import BaseRenderer

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.domain.facts import PageFacts

ROOT = Path(__file__).parents[1]
"""The folder of the project."""
BUILDERS = tuple(
    "html dirhtml singlehtml epub latex text man texinfo gettext xml pseudoxml json".split()
)
EPUB = {"epub_copyright": "nobody", "version": "1"}
"""What an EPUB must have, or Sphinx warns."""

_EN = "<img src='https://scrapbox.io/api/pages/garden-en/en/icon' alt='en.icon' height=\"19.5\"/>"
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def icon(name: str, project: str = "") -> str:
    """An icon as the export writes it."""
    shown = f"/{project}/{name}" if project else name
    address = f"https://scrapbox.io/api/pages/{project or 'garden-en'}/{name}/icon"
    return f"<img src='{address}' alt='{shown}.icon' height=\"19.5\"/>"


def page(title: str, *lines: str) -> str:
    """The text of an exported page; its last line is a mark by which it is known as one."""
    quoted = f"'{title.replace(chr(39), chr(39) * 2)}'" if '"' in title else f'"{title}"'
    return "\n".join(["---", f"title: {quoted}", "---", "", *lines, "", _EN])


class _CompiledTemplates(BytecodeCache):
    """The templates of themes, compiled once for all builds of a process, not for each."""

    def __init__(self) -> None:
        self._code: dict[str, tuple[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._code.get(bucket.key, ("", b""))
        if checksum == bucket.checksum:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.checksum, bucket.bytecode_to_string()


_COMPILED_TEMPLATES = _CompiledTemplates()
_new_renderer = BaseRenderer.__init__


def _with_compiled_templates(renderer: BaseRenderer, *arguments: Any, **options: Any) -> None:
    """A renderer of templates that are no pages: in LaTeX, there is one for each table."""
    _new_renderer(renderer, *arguments, **options)
    renderer.env.bytecode_cache = _COMPILED_TEMPLATES


BaseRenderer.__init__ = _with_compiled_templates  # type: ignore[method-assign]


@dataclass
class Built:
    """A build that is over."""

    app: SphinxTestApp
    warnings: list[str]
    """One string each, without colours, paths below the sources as ``SRC/…``."""
    read: list[str]
    """The documents that were read, sorted."""
    written: list[str]
    """The HTML files that were written anew and hold a document, sorted, without suffix."""

    @property
    def out(self) -> Path:
        return Path(self.app.outdir)

    def doctree(self, docname: str) -> nodes.document:
        return self.app.env.get_doctree(docname)

    def text(self, name: str) -> str:
        return (self.out / name).read_text(encoding="utf-8")

    def html(self, name: str) -> Html:
        return Html(self.text(name))

    def facts(self, docname: str) -> PageFacts:
        """What the domain keeps of a document."""
        return domain_of(self.app.env).facts.get(docname, PageFacts())


@dataclass
class Site:
    """A folder of sources."""

    src: Path
    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.src.mkdir(parents=True, exist_ok=True)
        if not (self.src / "conf.py").exists():
            self.write({"conf.py": 'extensions = ["sphinx_scrapbox"]\n'})
        self.write(self.files)

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write source files; one whose text is None is removed."""
        for name, text in files.items():
            path = self.src / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def build(
        self,
        builder: str = "html",
        *,
        parallel: int = 0,
        target: str = "_build",
        force: bool = False,
        only: Sequence[str] = (),
        **config: Any,
    ) -> Built:
        """Build; ``target`` tells builds apart that must not share what they have read.

        :param only: files to write, below the sources, as named on the command line of Sphinx.
        """
        # Themes append folders to the default value, which all sites of a process share.
        Config.config_values["templates_path"].default.clear()
        app = SphinxTestApp(
            builder,
            srcdir=self.src,
            builddir=self.src.parent / f"{self.src.name}{target}",
            confoverrides={"exclude_patterns": ["_build"], **config},
            parallel=parallel,
        )
        if bridge := getattr(app.builder, "templates", None):
            bridge.environment.bytecode_cache = _COMPILED_TEMPLATES
        read: list[str] = []
        app.connect("env-before-read-docs", lambda app, env, docnames: read.extend(docnames))
        before = _written(app)
        try:
            app.build(force_all=force, filenames=[self.src / name for name in only])
        finally:
            app.cleanup()
        now = _written(app)
        written = sorted(name for name in now if now[name] != before.get(name))
        said = _COLOUR.sub("", app.warning.getvalue()).replace(str(self.src), "SRC")
        return Built(app, [line for line in said.split("\n") if line], sorted(read), written)


def _written(app: SphinxTestApp) -> dict[str, int]:
    """When each HTML file was written; indices and search are written each time."""
    out = Path(app.outdir)
    names = {
        path.relative_to(out).as_posix().removesuffix(".html"): path.stat().st_mtime_ns
        for path in out.rglob("*.html")
    }
    always = ("genindex", "search", "scrapbox-")
    return {name: time for name, time in names.items() if not name.startswith(always)}


# -- HTML ------------------------------------------------------------------------------

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


class Tag:
    """An element; ``children`` holds elements and strings."""

    def __init__(self, name: str, attributes: Mapping[str, str | None]) -> None:
        self.name = name
        self.attributes = {key: value or "" for key, value in attributes.items()}
        self.children: list[Tag | str] = []

    def walk(self) -> Iterator[Tag]:
        yield self
        for child in self.children:
            if isinstance(child, Tag):
                yield from child.walk()

    def all(self, name: str = "", cls: str = "", **attributes: str) -> list[Tag]:
        """Descendants with this name, this class and these attributes."""
        return [
            tag
            for tag in self.walk()
            if tag is not self
            and name in ("", tag.name)
            and (not cls or cls in tag.attributes.get("class", "").split())
            and all(tag.attributes.get(key) == value for key, value in attributes.items())
        ]

    def one(self, name: str = "", cls: str = "", **attributes: str) -> Tag:
        (found,) = self.all(name, cls, **attributes)
        return found

    @property
    def text(self) -> str:
        """The text inside, white space made single."""
        return " ".join(self.raw_text.split())

    @property
    def raw_text(self) -> str:
        return "".join(c if isinstance(c, str) else c.raw_text for c in self.children)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def pretty(self, depth: int = 0) -> str:
        """One line for an element or a text, in an order of attributes of its own."""
        pad = "  " * depth
        if self.name == "svg":  # a drawing is tested where it is made
            return f"{pad}<svg> {self.text!r}"
        attributes = "".join(f' {key}="{self[key]}"' for key in sorted(self.attributes))
        lines = [f"{pad}<{self.name}{attributes}>"]
        if self.name in ("pre", "code"):  # how code is coloured is another's business
            return f"{lines[0]}\n{pad}  {self.raw_text!r}"
        for child in self.children:
            if isinstance(child, Tag):
                if child.attributes.get("class") != "headerlink":
                    lines.append(child.pretty(depth + 1))
            elif child.strip():
                lines.append(f"{pad}  {' '.join(child.split())!r}")
        return "\n".join(lines)


class Html(HTMLParser):
    """A parsed page; every element must be closed where HTML wants it closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Tag("", {})
        self._open = [self.root]
        self.feed(text)
        self.close()
        assert len(self._open) == 1, f"not closed: {[tag.name for tag in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        element = Tag(tag, dict(attrs))
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Tag(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        opened = self._open.pop()
        assert opened.name == tag, f"</{tag}> closes <{opened.name}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    @property
    def body(self) -> Tag:
        """What the page says, without its theme (which is Sphinx's own, *basic*)."""
        return self.root.one("div", role="main")


def broken_links(out: Path) -> list[str]:
    """Each relative address of the built HTML that leads to no file, or to no anchor in it."""
    pages = {path: _HtmlLinks(path) for path in out.rglob("*.*html")}
    broken = []
    for path, found in pages.items():
        for address in found.addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or address in ("#", ""):
                continue
            file = path
            if parts.path:
                file = (path.parent / unquote(parts.path)).resolve()
                if file.is_dir():
                    file /= "index.html"
            if not file.is_file():
                broken.append(f"{path.relative_to(out)}: {address}: no file {file.name}")
            elif (
                parts.fragment and file in pages and unquote(parts.fragment) not in pages[file].ids
            ):
                broken.append(f"{path.relative_to(out)}: {address}: no such anchor")
    return broken


class _HtmlLinks(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src"):
                self.addresses.add(value or "")
            elif name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value or "")


# -- doctrees --------------------------------------------------------------------------

_PASSING = frozenset(
    "source line ids names dupnames backrefs refdoc docname xml:space candidates "
    "translation_progress".split()
)


def tree(node: nodes.Node, depth: int = 0, *, ignore: frozenset[str] = frozenset()) -> str:
    """A doctree as lines: what tells one from another, whatever the version of docutils."""
    pad = "  " * depth
    if isinstance(node, nodes.Text):
        return f"{pad}{node.astext()!r}"
    assert isinstance(node, nodes.Element)
    attributes = []
    for key, value in sorted(node.attributes.items()):
        if key in _PASSING or key in ignore or value in ([], {}, None):
            continue
        value = int(value) if isinstance(value, bool) else value
        attributes.append(f"{key}={' '.join(value) if isinstance(value, list) else value}")
    head = f"{pad}<{' '.join([node.tagname, *attributes])}>"
    return "\n".join([head, *(tree(child, depth + 1, ignore=ignore) for child in node.children)])


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of an output as text, and what archives hold."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.startswith("_static/"):
            continue
        if name == "environment.pickle":  # for programs that show the site, not for readers
            continue
        data = path.read_bytes()
        if path.suffix == ".inv":
            data = zlib.decompress(data.split(b"\n", 4)[4])
        if path.suffix == ".epub":
            with zipfile.ZipFile(path) as book:
                data = b"\n".join(map(book.read, book.namelist()))
        yield name, unquote(unescape(data.decode("utf-8", "replace")))


def language_links(root: Tag) -> dict[str, str]:
    """The addresses of the language versions in the head of a page; none for all languages."""
    links = root.all("link", rel="alternate")
    named = [link for link in links if "hreflang" in link.attributes]
    return {link["hreflang"]: link["href"] for link in named if link["hreflang"] != "x-default"}
