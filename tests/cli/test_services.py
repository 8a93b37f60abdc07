"""The files that ``init`` writes for services: their steps are run in a clean clone."""

from __future__ import annotations

import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import run_command
from read_the_docs import ReadTheDocs, plain_environment, run, run_offline
from repositories import needs_git
from sites import ROOT, Html, broken_links, page

from sphinx_scrapbox.cli.init import services

pytestmark = [
    needs_git,
    pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a POSIX shell"),
]
TITLES = {"Why not?": "See [[Compost]].", "Compost": "Brown."}
# A Python for the steps: packages are installed already, also in the environments that it makes.
PYTHON = """\
#!/bin/sh
case "$*" in
  "-m pip install "*) for last; do :; done; test -f "$last" || exit 1 ;;
  "-m venv --clear "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" &&
    printf '#!/bin/sh\\nexec "{python}" -m sphinx "$@"\\n' > "$4/bin/sphinx-build" &&
    chmod +x "$4/bin/sphinx-build" ;;
  *) exec "{python}" "$@" ;;
esac
"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a site, of which ``v1.0`` is a version."""
    folder = tmp_path_factory.mktemp("services") / "origin"
    pages = folder / "docs" / "wiki"
    pages.mkdir(parents=True)
    for title, text in TITLES.items():
        (pages / f"{title}.md").write_text(page(title, text), encoding="utf-8")
    env = plain_environment(folder.parent)
    run(["git", "init", "-q", "--initial-branch", "main"], folder, env)
    options = ["--github-pages", "--gitlab-pages", "--versions", "--read-the-docs"]
    run_command("init", folder / "docs", folder / "docs", "--theme", "alabaster", *options, code=0)
    for number, text in (("v1.0", "One."), ("v2.0", "Two.")):
        (pages / "New.md").write_text(page("New", text), encoding="utf-8")
        run(["git", "add", "--all"], folder, env)
        run(["git", "commit", "-qm", number], folder, env)
        run(["git", "tag", number], folder, env)
    return folder


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    env = plain_environment(tmp_path)
    run(["git", "clone", "-q", origin.as_uri(), "clone"], tmp_path, env)
    shims = tmp_path / "bin"
    shims.mkdir()
    (shims / "python").write_text(PYTHON.replace("{python}", sys.executable))
    (shims / "python").chmod(0o755)
    return tmp_path / "clone"


def give(script: str, clone: Path, **variables: str) -> None:
    """Run a step as the services do: in a shell that stops at the first error."""
    env = plain_environment(clone.parent) | variables
    env["PATH"] = os.pathsep.join([str(clone.parent / "bin"), env["PATH"]])
    run_offline(["bash", "-eo", "pipefail", "-c", script], clone, env, clone.parent)


def workflow(clone: Path) -> dict[str, Any]:
    text = (clone / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    value: dict[str, Any] = yaml.safe_load(text)
    return value


def steps(job: dict[str, Any]) -> str:
    return "\n".join(step["run"] for step in job["steps"] if "run" in step)


def check_versions(site: Path, base: str) -> None:
    assert "url=v2.0/" in (site / "index.html").read_text(encoding="utf-8")
    for version, text in (("v1.0", "One."), ("v2.0", "Two."), ("main", "Two.")):
        html = Html((site / version / "wiki/New.html").read_text(encoding="utf-8")).root
        assert text in html.text
        canonical = f"{base}/{version}/wiki/New.html"
        assert html.one("link", rel="canonical")["href"] == canonical
        assert broken_links(site / version) == []


def test_versions_on_github(clone: Path) -> None:
    base = "https://you.github.io/handbook"
    build = steps(workflow(clone)["jobs"]["build"])
    give(build, clone, BASE_URL=base, DEFAULT_BRANCH="main")
    check_versions(clone / "_build/site", base)


def test_preview_on_github(clone: Path) -> None:
    give(steps(workflow(clone)["jobs"]["preview"]), clone)
    names = zipfile.ZipFile(clone / "preview.zip").namelist()
    assert {"site/index.html", "site/wiki/Why not?.html"} <= set(names)


def test_gitlab(clone: Path) -> None:
    base = "https://you.gitlab.io/handbook"
    jobs = yaml.safe_load((clone / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    build = "\n".join(jobs["pages"]["script"])
    give(build, clone, BASE_URL=base, DEFAULT_BRANCH="main")
    assert jobs["pages"]["artifacts"]["paths"] == ["public"]
    check_versions(clone / "public", base)
    (clone / "_build").rename(clone.parent / "old")
    give("\n".join(jobs["preview"]["script"]), clone, BASE_URL="")
    assert (clone / jobs["preview"]["artifacts"]["paths"][0] / "wiki/Why not?.html").is_file()


def test_read_the_docs(origin: Path, tmp_path: Path) -> None:
    service = ReadTheDocs(origin.as_uri(), tmp_path)
    out = service.build("v1.0", "v1.0", "tag") / "html"
    for name in ("wiki/New.html", "wiki/Why not?.html", "index.html"):
        html = Html((out / name).read_text(encoding="utf-8")).root
        canonical = html.one("link", rel="canonical")["href"]
        assert canonical.startswith(service.address("v1.0"))
        # What the search of the service indexes; its flyout is added when a page is served.
        assert html.one("div", role="main").text
    assert (out / "search.html").is_file()
    assert service.address("v1.0") in (out / "scrapbox.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        services.github_pages_yaml("docs"),
        services.github_pages_yaml("docs", versions=True),
        services.daily_pull_yaml("sphinx-scrapbox pull garden x", "x", is_private=True),
    ],
)
def test_least_rights_and_pinned_actions(text: str) -> None:
    assert "@" not in re.sub(
        r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n|41898282\S+", "", text
    )
    value = yaml.safe_load(text)
    assert value["permissions"] == {}
    for name, job in value["jobs"].items():
        assert job["timeout-minutes"] <= 60
        writes = {right for right, level in job["permissions"].items() if level == "write"}
        allowed = {"publish": {"pages", "id-token"}, "pull": {"contents", "pull-requests"}}
        assert writes == allowed.get(name, set())
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
            assert "${{" not in step.get("run", "")  # text from elsewhere comes by variables


def test_one_version() -> None:
    text = services.github_pages_yaml("docs")
    assert "fetch-depth" not in text
    assert "_build/versions" not in text
    assert "GIT_DEPTH" not in services.gitlab_pages_yaml("docs")
    assert "SCRAPBOX_TOKEN" not in services.daily_pull_yaml("x", "y", is_private=False)


def test_the_documentation_shows_the_same_files() -> None:
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "example_docs").rglob("*.md")]
    shown = {name for text in pages for name in re.findall(r"{service-file} (\S+)", text)}
    assert shown == {"github-pages", "gitlab-pages", "read-the-docs", "daily-pull"}


def test_one_release_of_each_action() -> None:
    texts = [services.github_pages_yaml("docs", versions=True)]
    texts += [path.read_text("utf-8") for path in (ROOT / "example_docs").rglob("*.md")]
    texts += [path.read_text("utf-8") for path in (ROOT / ".github").rglob("*.yml")]
    used = {action for text in texts for action in re.findall(r"uses: (\S+@\S+ *#? *\S*)", text)}
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one) for one in used)
    assert len({one.partition("@")[0] for one in used}) == len(used)
