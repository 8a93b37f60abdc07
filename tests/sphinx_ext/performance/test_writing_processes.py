"""Documents are resolved by the processes that write them, if nothing is lost with these."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from outputs import output
from sites import Built, Site, page
from sphinx.errors import SphinxParallelError

from sphinx_scrapbox.sphinx_ext.performance import writing_processes

CONF = """
import os
extensions = ["sphinx_scrapbox"]
scrapbox_project = "garden-en"
html_static_path = []

def note(app, doctree, docname):
    with open(os.path.join(app.srcdir, "resolved"), "a") as file:
        print(os.getpid(), docname, file=file)
    {fault}

def setup(app):
    app.connect("doctree-resolved", note)
"""
PAGES = 40
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'


def make_site(folder: Path, fault: str = "") -> Site:
    files = {
        f"wiki/{n}.md": page(f"Page {n}", f"[[Page {n + 1}]] word{n}", f"[[Lost {n}]]")
        for n in range(PAGES)
    }
    files |= {
        "index.rst": "Index\n=====\n\n.. index:: an entry\n",
        "conf.py": CONF.replace("{fault}", fault or "pass"),
        "guide.rst": ":orphan:\n\nGuide\n=====\n\n.. image:: dot.svg\n\n:scrapbox:page:`None`\n",
        "dot.svg": SVG,
    }
    site = Site(folder / "src", files)
    site.write({"conf.py": files["conf.py"]})
    return site


def resolved(built: Built) -> tuple[list[str], set[int]]:
    """The documents that were resolved, sorted, and the processes that did so."""
    lines = (Path(built.app.srcdir) / "resolved").read_text("utf-8").splitlines()
    rows = [line.split(" ", 1) for line in lines]
    return sorted(docname for _, docname in rows), {int(process) for process, _ in rows}


@pytest.fixture
def stateless(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Takes the handlers of ``conf.py`` for those of a package that keeps no data."""

    def trust() -> None:
        known = writing_processes._STATELESS | {"builtins"}
        monkeypatch.setattr(writing_processes, "_STATELESS", known)

    return trust


def test_processes_resolve_what_they_write(
    tmp_path: Path, stateless: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    site = make_site(tmp_path)
    by_sphinx = site.build(parallel=3, target="_sphinx")
    everything = sorted(["index", "guide", *(f"wiki/{n}" for n in range(PAGES))])
    # A handler of an unknown module may keep data: all documents are resolved in this process.
    assert resolved(by_sphinx) == (everything, {os.getpid()})
    (site.src / "resolved").unlink()
    stateless()
    built = site.build(parallel=3, target="_apart")
    docnames, processes = resolved(built)
    assert docnames == everything
    assert len(processes - {os.getpid()}) == 3
    assert (built.out / "_images/dot.svg").is_file()
    assert output(built.out) == output(by_sphinx.out)
    assert built.warnings == by_sphinx.warnings
    assert [warning.rpartition("[")[2] for warning in built.warnings] == ["scrapbox.missing_page]"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ('assert docname != "wiki/30", "no such"', "no such"),
        ('docname == "wiki/30" and os.kill(os.getpid(), 9)', "ended with the exit code -9"),
    ],
)
def test_a_process_that_fails_ends_the_build(
    tmp_path: Path, stateless: Callable[[], None], fault: str, message: str
) -> None:
    stateless()
    with pytest.raises(SphinxParallelError, match=message):
        make_site(tmp_path, fault).build(parallel=2)
    with pytest.raises(ChildProcessError):  # none is left
        os.waitpid(-1, os.WNOHANG)


def test_converted_images_have_names_of_one_process(tmp_path: Path) -> None:
    site = make_site(tmp_path)
    site.write({"conf.py": 'extensions = ["sphinx_scrapbox", "sphinx.ext.imgconverter"]\n'})
    app = site.build("dummy").app
    assert not writing_processes._is_known(app)
    app.registry.post_transforms[:] = [
        transform
        for transform in app.registry.post_transforms
        if transform.__module__ != "sphinx.ext.imgconverter"
    ]
    assert writing_processes._is_known(app)
