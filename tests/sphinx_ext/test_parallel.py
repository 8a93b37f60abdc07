"""Four processes write what one writes, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sites import EPUB, Built, Site, icon, page

BUILDERS = ("html", "dirhtml", "latex", "text", "epub")


@pytest.fixture(scope="module")
def site(rootdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    src = tmp_path_factory.mktemp("parallel") / "src"
    shutil.copytree(rootdir / "test-wiki", src)
    site = Site(src)
    for number in range(24):
        lines = (
            f"To [[page {number + 1}]], [[Page_{number - 1}]] and [[Nowhere {number % 3}]] #mulch",
            icon("hana") + "A turn.",
            icon("leaf") + "Another.",
            "$x^2$",
            "### Heading",
            "    - item [[soil temperature]]",
        )
        site.write({f"wiki/{number}.md": page(f"Page {number}", *lines)})
    return site


def _files(built: Built) -> dict[str, bytes]:
    kept = {".html", ".xhtml", ".tex", ".txt", ".inv", ".js", ".opf", ".svg"}
    return {
        path.relative_to(built.out).as_posix(): path.read_bytes()
        for path in sorted(built.out.rglob("*"))
        if path.suffix in kept
    }


@pytest.mark.parametrize("builder", BUILDERS)
def test_parallel_writes_what_serial_writes(
    site: Site, builder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    config = {"scrapbox_missing": "wiki", **EPUB}
    serial = site.build(builder, target="_serial", **config)
    parallel = site.build(builder, target="_parallel", parallel=4, **config)
    assert serial.warnings == parallel.warnings == []
    assert _files(serial).keys() == _files(parallel).keys()
    for name, content in _files(serial).items():
        assert content == _files(parallel)[name], name


def test_parallel_knows_the_same_facts(site: Site) -> None:
    serial = site.build("dummy", target="_facts_1")
    parallel = site.build("dummy", target="_facts_4", parallel=4)
    data = [dict(built.app.env.domaindata["scrapbox"]) for built in (serial, parallel)]
    # Beside the names is a digest of when the documents were read.
    names = [of_build.pop("translations")[1] for of_build in data]
    assert names[0] == names[1]
    assert data[0] == data[1]


def test_nothing_makes_a_build_serial(site: Site) -> None:
    app = site.build("dummy", target="_safe", parallel=4).app
    ours = app.extensions["sphinx_scrapbox"]
    assert (ours.parallel_read_safe, ours.parallel_write_safe) == (True, True)
    assert app.is_parallel_allowed("read")
    assert app.is_parallel_allowed("write")


def test_warnings_of_processes_arrive(site: Site) -> None:
    site.write(
        {"wiki/twin.md": page("Page 3", *(" " * 4 * depth + "- deep" for depth in range(40)))}
    )
    try:
        warnings = site.build("html", target="_warned", parallel=4).warnings
    finally:
        (site.src / "wiki/twin.md").unlink()
    assert [warning.rpartition("[")[2] for warning in warnings] == [
        "scrapbox.nesting]",
        "scrapbox.duplicate_title]",
    ]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_start_without_a_warning(site: Site, tmp_path: Path, method: str) -> None:
    """Python warns of a fork beside threads; Sphinx forks whatever the default of Python is."""
    start = f"import multiprocessing; multiprocessing.set_start_method({method!r}); "
    code = f"{start}import sys; from sphinx.cmd.build import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-W", "error:This process:DeprecationWarning", "-c", code]
    command += ["-qW", "-j", "2", str(site.src), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out/wiki/23.html").is_file()
