"""The text of the files by which services publish a site and update its pages.

The templates are in the folder ``files``; the documentation shows the texts made here. A line that
ends in ``#@NAME`` is there only with that feature, and ``@NAME@`` stands for a value. Names of
folders are checked by :func:`.templates.is_plain_path` first.

Actions are named by the commit of a release, which nobody can change afterwards.
"""

from __future__ import annotations

import re
from importlib.resources import files
from textwrap import indent

from sphinx_scrapbox import __version__

_ACTIONS = {
    "checkout": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "setup-python": "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "configure-pages": "actions/configure-pages@983d7736d9b0ae728b81ab479565c72886d7745b # v5.0.0",
    "upload-artifact": "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "upload-pages": (
        "actions/upload-pages-artifact@fc324d3547104276b827a68afc52ff2a11cc49c9 # v5.0.0"
    ),
    "deploy-pages": "actions/deploy-pages@cd2ce8fcbc39b97be8ca5fce6e763baed58fa128 # v5.0.0",
}
_VALUES = {**_ACTIONS, "python": "3.13", "release": ".".join(__version__.split(".")[:2])}
_CONDITION = re.compile(r" #@([a-z]+)$")
_PLACEHOLDER = re.compile(r"^(?P<margin> *)@(?P<block>[a-z-]+)@$|@(?P<value>[a-z-]+)@", re.M)


def _template(name: str) -> str:
    return files("sphinx_scrapbox.cli.init").joinpath("files", name).read_text(encoding="utf-8")


def _filled(name: str, features: frozenset[str] = frozenset(), **values: str) -> str:
    """A template with its values; one alone on a line may have several lines."""
    lines = []
    for line in _template(name).split("\n"):
        condition = _CONDITION.search(line)
        if condition is None or condition[1] in features:
            lines.append(_CONDITION.sub("", line))
    texts = _VALUES | values

    def value(match: re.Match[str]) -> str:
        if match["block"]:
            return indent(texts[match["block"]].rstrip("\n"), match["margin"])
        return texts[match["value"]]

    return _PLACEHOLDER.sub(value, "\n".join(lines))


def read_the_docs_yaml(site: str) -> str:
    """``.readthedocs.yaml`` for a site in the folder *site* of the repository."""
    return _filled("read-the-docs.yaml", prefix="" if site == "." else f"{site}/")


def github_pages_yaml(site: str, *, versions: bool = False) -> str:
    """A workflow that publishes a site in the folder *site* of the repository on GitHub Pages.

    :param versions: whether each tag of a version is built beside the main branch.
    """
    return _pages("github-pages.yml", site, versions=versions)


def gitlab_pages_yaml(site: str, *, versions: bool = False) -> str:
    """``.gitlab-ci.yml`` for a site in the folder *site* of the repository.

    :param versions: whether each tag of a version is built beside the main branch.
    """
    return _pages("gitlab-pages.yml", site, versions=versions)


def _pages(name: str, site: str, *, versions: bool) -> str:
    build_one = _filled("build-one.sh", site=site)
    build = _filled("build-versions.sh", site=site) if versions else build_one
    features = frozenset({"versions"}) if versions else frozenset[str]()
    return _filled(name, features, build=build, **{"build-one": build_one})


def daily_pull_yaml(pull: str, folder: str, *, is_private: bool) -> str:
    """A workflow that runs *pull* each day, and opens a pull request with what changed.

    :param folder: the folder of pages in the repository.
    """
    features = frozenset({"private"}) if is_private else frozenset[str]()
    return _filled("daily-pull.yml", features, pull=pull, folder=folder)
