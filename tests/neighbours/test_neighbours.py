"""Other extensions, and builders of other packages, on a site with wiki pages.

The tox cell "neighbours" installs them, and prints the table that the documentation shows.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from importlib import metadata
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import pytest
from neighbour_site import FILES, PROJECT, SHOWN
from repositories import git
from sites import ROOT, Site

pytestmark = pytest.mark.skipif(
    "NEIGHBOURS" not in os.environ, reason="the tox cell neighbours installs these extensions"
)

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
GUIDE = ROOT / "example_docs/how-to/other-extensions.md"


class Neighbour(NamedTuple):
    """A package, how it is set up, and what must be true after a build."""

    package: str
    builder: str
    conf: str
    check: Callable[[Path, str], None]
    """Asserts on the output folder and on what the build has said."""
    limit: str = ""
    """What does not work, and why, as the documentation says."""


def sphinx(folder: Path, builder: str, *more: str, hide: str = "") -> str:
    """Build, warnings being errors; what was said."""
    run = f"import sys; sys.modules[{hide!r}] = None; " if hide else "import sys; "
    run += "from sphinx.cmd.build import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-P", "-c", run, "-W", "--keep-going", "-b", builder, *more]
    return run_in(folder, *command, ".", f"_build/{builder}")


def run_in(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1", "PATH": PATH},
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def shows_all(text: str) -> None:
    """Assert that *text* has what every format must show, wherever its lines end."""
    text = re.sub(r"[\s\\>*]+", "", text)
    assert [words for words in SHOWN if re.sub(r"\s+", "", words) not in text] == []


def check_pdf(out: Path, said: str) -> None:
    (path,) = out.glob("*.pdf")
    assert path.read_bytes().startswith(b"%PDF")
    assert "Could not fetch" not in said
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
        shows_all(done.stdout.decode())


def check_markdown(out: Path, said: str) -> None:
    shows_all("".join(path.read_text("utf-8") for path in sorted(out.rglob("*.md"))))
    soil = (out / "wiki/Soil.md").read_text("utf-8")
    assert "#### NOTE\n**Machine translation**" in soil
    assert "**dig.py**" in soil
    assert "](Why%3F%20Because.md)" in soil


def check_llm(out: Path, said: str) -> None:
    assert "unknown node type" not in said
    pages = [*out.glob("wiki/Soil*.md"), *out.glob("wiki/Soil/*.md")]
    assert pages
    assert "**Machine translation**" in pages[0].read_text("utf-8")
    assert (out / "llms.txt").is_file()


def check_tips(out: Path, said: str) -> None:
    html = (out / "wiki/Why? Because.html").read_text("utf-8")
    (address,) = re.findall(r'src="\.\./(_static/tippy/[^"]*)"', html)
    assert "?" not in address
    assert (out / address.replace("%3F", "?").replace("%20", " ")).is_file()


def check_cards(out: Path, said: str) -> None:
    assert "sd-card" in (out / "wiki/Soil.html").read_text("utf-8")


def check_notebook(out: Path, said: str) -> None:
    assert "forty-two" in (out / "book.html").read_text("utf-8")
    shows_all((out / "wiki/Soil.html").read_text("utf-8") + "".join(SHOWN[-1:]))


TOC = """
format: jb-book
root: index
chapters:
- file: wiki/Soil
  sections:
  - file: wiki/Deep
- file: guide
"""


def check_external_toc(out: Path, said: str) -> None:
    """A list in YAML takes the place of the toctree; other pages are orphans, or left out."""
    folder = out.parents[1]
    (folder / "_toc.yml").write_text(TOC)
    (folder / "index.md").write_text("# Garden\n")
    with (folder / "conf.py").open("a") as conf:
        conf.write('extensions.insert(0, "sphinx_external_toc")\n')
    sphinx(folder, "html", "-E")
    next_link = re.search(r'rel="next"[^>]*href="([^"]*)"', (out / "wiki/Soil.html").read_text())
    assert next_link
    assert next_link[1] == "Deep.html"
    assert (out / "wiki/Why? Because.html").is_file()
    shutil.rmtree(out)
    sphinx(folder, "html", "-E", "-D", "external_toc_exclude_missing=1")
    assert {path.name for path in (out / "wiki").iterdir()} == {"Soil.html", "Deep.html"}


def check_same_words(out: Path, said: str) -> None:
    """With and without the package, the search index is the same."""
    with_it = (out / "searchindex.js").read_bytes()
    shutil.rmtree(out)
    sphinx(out.parents[1], "html", hide="Stemmer")
    assert (out / "searchindex.js").read_bytes() == with_it


def check_japanese(out: Path, said: str) -> None:
    """What gettext collects is translated, and shown in the other language."""
    folder = out.parents[1]
    run_in(folder, *TOOL, "sphinx_intl", "update", "-p", "_build/gettext", "-l", "ja")
    (catalogue,) = folder.glob("locales/ja/LC_MESSAGES/guide.po")
    text = catalogue.read_text("utf-8")
    assert 'msgid "Results"' in text
    text = text.replace('msgid "Results"\nmsgstr ""', 'msgid "Results"\nmsgstr "結果"')
    catalogue.write_text(text, "utf-8")
    sphinx(folder, "html", "-D", "language=ja", "-D", "locale_dirs=locales")
    assert "結果" in (folder / "_build/html/guide.html").read_text("utf-8")
    shows_all((folder / "_build/html/wiki/Soil.html").read_text("utf-8") + " ".join(SHOWN))


def check_served(out: Path, said: str) -> None:
    """Each edit of a page that is served causes one build, and no build causes another."""
    folder = out.parents[1]
    log = folder.parent / "autobuild.log"  # outside of what is watched
    port = free_port()
    command = [*TOOL, "sphinx_autobuild", "--port", str(port), "--delay", "0", ".", "_build/live"]
    with log.open("w") as stream:
        server = subprocess.Popen(command, cwd=folder, stdout=stream, stderr=stream)
    address = f"http://127.0.0.1:{port}/wiki/Deep.html"
    page = folder / "wiki/Deep.md"
    try:
        wait_for(address, "level 3", log)
        edit_at_once(page, "level 3", "a new level")
        wait_for(address, "a new level", log)
        edit_at_once(page, "a new level", "a newer level")
        wait_for(address, "a newer level", log)
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:  # it waits for a connection to be closed
            server.kill()
            server.wait()
    # The second edit came after the first build: what that build caused would be listed here.
    changes = re.findall(r"Detected changes \((.*)\)", log.read_text("utf-8"))
    assert changes == ["wiki/Deep.md"] * 2, log.read_text("utf-8")


def free_port() -> int:
    """A port that nothing uses, below those that systems give to whoever asks for any."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    pytest.fail("no port is free")


def edit_at_once(page: Path, before: str, after: str) -> None:
    """Replace words of a page in one step, so that a watcher sees one change."""
    text = page.read_text("utf-8").replace(before, after)
    outside = page.parents[2] / page.name
    outside.write_text(text, "utf-8")
    outside.replace(page)


def answer_of(address: str) -> str:
    """What a server answers, or "" if it does not, or not to the end."""
    try:
        with urlopen(address, timeout=5) as answer:
            return str(answer.read().decode("utf-8", "replace"))
    except (OSError, HTTPException):
        return ""


def wait_for(address: str, words: str, log: Path) -> None:
    """Wait for an answer with these words, for at least five minutes."""
    for _ in range(600):
        if words in answer_of(address):
            return
        time.sleep(0.5)
    pytest.fail(log.read_text("utf-8"))


def make_versions(folder: Path) -> None:
    """A repository with two versions."""
    (folder / ".gitignore").write_text("_build/\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "1")
    git(folder, "tag", "v1.0")
    (folder / "guide.md").write_text("# Guide\n\nTo [[Soil]], again.\n")
    git(folder, "commit", "-qam", "2")


def check_versions(out: Path, said: str) -> None:
    """It fails as for a site without wiki pages, or works."""
    folder = out.parents[1]
    make_versions(folder)
    command = [*TOOL, "sphinx_multiversion", ".", "_build/versions", "-W"]
    try:
        run_in(folder, *command)
    except AssertionError:
        plain = 'extensions = ["sphinx_multiversion"]\nexclude_patterns = ["_build", "wiki"]\n'
        (folder / "conf.py").write_text(plain)
        with pytest.raises(AssertionError, match=r"Config\.read"):
            run_in(folder, *command)
    else:
        two_versions(folder / "_build/versions")


POLY = """
from pathlib import Path
from sphinx_polyversion.api import apply_overrides
from sphinx_polyversion.driver import DefaultDriver
from sphinx_polyversion.environment import Environment
from sphinx_polyversion.git import Git, file_predicate
from sphinx_polyversion.sphinx import SphinxBuilder
OUTPUT_DIR = "_build/versions"
apply_overrides(globals())
DefaultDriver(
    Path(__file__).parent,
    OUTPUT_DIR,
    vcs=Git(r"main", r"v.*", predicate=file_predicate([Path("conf.py")])),
    builder=SphinxBuilder(Path("."), args=["-W"]),
    env=Environment.factory(),
).run(MOCK, SEQUENTIAL)
"""


def check_poly_versions(out: Path, said: str) -> None:
    folder = out.parents[1]
    (folder / "poly.py").write_text(POLY)
    make_versions(folder)
    run_in(folder, *TOOL, "sphinx_polyversion", "poly.py")
    two_versions(folder / "_build/versions")


def two_versions(out: Path) -> None:
    for name, words in (("v1.0", "An idea"), ("main", "again")):
        assert words in (out / name / "guide.html").read_text("utf-8")
        shows_all((out / name / "wiki/Soil.html").read_text("utf-8") + SHOWN[-1])


BOOK = """---
file_format: mystnb
kernelspec: {name: python3}
---
# Book

```{code-cell}
print("forty" + "-two")
```
"""
BOOK_CONF = 'extensions += ["myst_nb"]\nnb_execution_mode = '
TOOL = (sys.executable, "-m")
NEIGHBOURS = (
    Neighbour("PyStemmer", "html", "", check_same_words),
    Neighbour("sphinx-design", "html", 'extensions += ["sphinx_design"]', check_cards),
    Neighbour(
        "sphinx-tippy",
        "html",
        'extensions += ["sphinx_tippy"]',
        check_tips,
        limit="no tooltips for pages whose address contains percent-encoded characters",
    ),
    Neighbour(
        "sphinx-markdown-builder",
        "markdown",
        'extensions += ["sphinx_markdown_builder"]',
        check_markdown,
    ),
    Neighbour("sphinx-llm", "html", 'extensions += ["sphinx_llm.txt"]', check_llm),
    Neighbour(
        "rinohtype",
        "rinoh",
        'rinoh_documents = [{"doc": "index", "target": "garden", "title": "Garden"}]',
        check_pdf,
        limit="the default fonts have no Chinese, Japanese or Korean characters; "
        "name other fonts in the style",
    ),
    Neighbour(
        "rst2pdf",
        "pdf",
        'extensions += ["rst2pdf.pdfbuilder"]\n'
        'pdf_documents = [("index", "garden", "Garden", "Mio")]',
        check_pdf,
        limit="formulas need matplotlib; lists are flat below the twelfth level",
    ),
    Neighbour("myst-nb", "html", f'{BOOK_CONF}"force"', check_notebook),
    Neighbour("jupyter-cache", "html", f'{BOOK_CONF}"cache"', check_notebook),
    Neighbour("sphinx-external-toc", "html", "", check_external_toc),
    Neighbour("sphinx-intl", "gettext", "", check_japanese),
    Neighbour("sphinx-autobuild", "html", "", check_served),
    Neighbour("sphinx-polyversion", "html", "", check_poly_versions),
    Neighbour(
        "sphinx-multiversion",
        "html",
        'extensions += ["sphinx_multiversion"]',
        check_versions,
        limit="version 0.2.4 does not work with Sphinx 9",
    ),
)
CONF = f"""
extensions = ["sphinx_scrapbox"]
exclude_patterns = ["_build"]
scrapbox_project = {PROJECT["scrapbox_project"]!r}
suppress_warnings = ["scrapbox.missing_page", "toc.not_included"]
"""


@pytest.fixture(scope="module")
def rows(request: pytest.FixtureRequest) -> Iterator[list[tuple[str, ...]]]:
    """The rows of the table, printed when all tests have run."""
    rows: list[tuple[str, ...]] = []
    yield rows
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print()
        for row in rows:
            print("  ".join(map(str.ljust, row, widths)).rstrip())


@pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda neighbour: neighbour.package)
def test_neighbour(neighbour: Neighbour, rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    version, result = "", "FAILED"
    try:
        try:
            version = metadata.version(neighbour.package)
        except metadata.PackageNotFoundError:
            result = "not installed"
            pytest.skip("it is not installed: see above what pip said")
        site = Site(tmp_path / "src", {**FILES, "conf.py": f"{CONF}{neighbour.conf}\n"})
        if "myst_nb" in neighbour.conf:
            site.write({"book.md": BOOK})
        said = sphinx(site.src, neighbour.builder)
        neighbour.check(site.src / "_build" / neighbour.builder, said)
        result = f"known limit: {neighbour.limit}" if neighbour.limit else "passed"
    finally:
        rows.append((neighbour.package, version, neighbour.builder, result))


def test_the_documentation_has_this_table() -> None:
    row = re.compile(r"^\| \[([\w-]+)\][^|]*\|[^|]*\| ([^|]*) \|$", re.MULTILINE)
    documented = dict(row.findall(GUIDE.read_text("utf-8")))
    for neighbour in NEIGHBOURS:
        assert documented.pop(neighbour.package).strip() == (neighbour.limit or "works")
    assert not documented
