"""The files of a new site, by path."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sphinx_scrapbox.cli.init import services, templates
from sphinx_scrapbox.cli.init.facts import WikiFacts
from sphinx_scrapbox.cli.init.origins import FolderOrigin, Origin, WikiOrigin
from sphinx_scrapbox.cli.init.places import Places, other_documents
from sphinx_scrapbox.cli.output import Failure
from sphinx_scrapbox.wiki.text import terminal_safe

_MAX_PROJECTS = 3
_MAX_FOLDERS = 8
"""How many projects the title of a site names."""
_ROOTS = ("index", "start", "home", "site-index")


class ExtraChoices(Protocol):
    """Which of the files for services to write."""

    @property
    def github_pages(self) -> bool:
        """A workflow that publishes the site on GitHub Pages."""

    @property
    def gitlab_pages(self) -> bool:
        """A pipeline that publishes it on GitLab Pages."""

    @property
    def versions(self) -> bool:
        """Whether these build each version."""

    @property
    def daily_pull(self) -> bool:
        """A workflow that updates the pages."""

    @property
    def read_the_docs(self) -> bool:
        """The configuration of Read the Docs."""


def patterns(origin: Origin, places: Places, root: str = "index") -> list[str]:
    """The patterns of Markdown files that are pages; native pages need none."""
    if not isinstance(origin, FolderOrigin):
        return []
    folders = {
        name.rpartition("/")[0].partition("/")[0] for name in origin.files if name.endswith(".md")
    }
    if not folders:
        return []
    pattern = templates.glob_of(places.wiki_in_site)
    if pattern != "**":
        return [pattern]
    # Pages that the user adds beside folders of wikis are hand-written.
    if "" in folders or len(folders) > _MAX_FOLDERS:
        return [pattern, f"!{root}.md"]
    return [templates.glob_of(name) for name in sorted(folders)]


def _root_document(origin: Origin, places: Places) -> str:
    """The name of the start page: ``index``, unless a page of the wiki has this file."""
    if not isinstance(origin, FolderOrigin) or places.wiki_in_site != ".":
        return _ROOTS[0]
    return next(name for name in _ROOTS if not (places.site / f"{name}.md").exists())


def site_files(
    origin: Origin, places: Places, facts: WikiFacts, theme: str, *, read_the_docs: bool
) -> dict[Path, str]:
    """The text of ``conf.py``, the start page, ``requirements.txt`` and ``.gitignore``."""
    root = _root_document(origin, places)
    title = origin.title or ", ".join(facts.projects[:_MAX_PROJECTS]) or "Wiki"
    own = {"conf.py", f"{root}.md", "requirements.txt"}
    others: list[str] = []
    if places.wiki_in_site != ".":
        others = other_documents(places, own | {places.wiki_in_site.partition("/")[0]})
    elif isinstance(origin, FolderOrigin) and origin.has_folders:
        folders = {name.partition("/")[0] for name in origin.files}
        others = other_documents(places, own | folders)
    exclude = ["_build", ".venv", "requirements.txt", *map(templates.glob_name, others)]
    wikis = {folder.project for folder in facts.folders.values()}
    is_one_wiki = len(wikis) <= 1
    links = templates.start_links(facts.start, is_one_wiki=is_one_wiki)
    values = templates.ConfValues(
        title,
        facts.language,
        theme,
        exclude,
        patterns(origin, places, root),
        root,
        read_the_docs,
        next(iter(wikis)) if len(wikis) == 1 else "",
    )
    return {
        places.conf: templates.conf_py(values),
        places.site / f"{root}.md": templates.index_md(
            title, facts.language, links, has_dates=facts.has_dates
        ),
        places.site / "requirements.txt": templates.requirements_txt(theme),
        places.site / ".gitignore": templates.GITIGNORE,
    }


def extra_files(origin: Origin, places: Places, choices: ExtraChoices) -> dict[Path, str]:
    """The text of the files for services that *choices* name.

    :raises Failure: if a name cannot be written into them.
    """
    files: dict[Path, str] = {}
    site, top = places.site_in_repository, places.repository
    if choices.daily_pull and not isinstance(origin, WikiOrigin):
        raise Failure(
            "--daily-pull needs a project of a wiki: give its name or address as PROJECT"
        )
    publishes = choices.github_pages or choices.gitlab_pages
    if choices.versions and not publishes:
        raise Failure("--versions needs --github-pages or --gitlab-pages")
    if publishes or choices.daily_pull or choices.read_the_docs:
        for name in (site, places.wiki_in_repository):
            if not templates.is_plain_path(name):
                raise Failure(
                    f"{terminal_safe(name)} cannot be named in a workflow: use a name of letters, "
                    "digits, blanks and the signs . _ ~ / -"
                )
    if choices.read_the_docs:
        files[top / ".readthedocs.yaml"] = services.read_the_docs_yaml(site)
    workflows = top / ".github" / "workflows"
    if choices.github_pages:
        files[workflows / "pages.yml"] = services.github_pages_yaml(
            site, versions=choices.versions
        )
    if choices.gitlab_pages:
        files[top / ".gitlab-ci.yml"] = services.gitlab_pages_yaml(site, versions=choices.versions)
    if choices.daily_pull:
        pull = origin.update_command(places.wiki_in_repository)
        if "${{" in pull or not pull.isprintable():
            raise Failure(
                f"the command {terminal_safe(pull)} cannot be part of a workflow: its names and "
                "options must not contain ${{ or control characters"
            )
        files[workflows / "wiki.yml"] = services.daily_pull_yaml(
            pull, places.wiki_in_repository, is_private=" --private" in pull
        )
    return files
