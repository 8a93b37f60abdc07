"""Names the pages whose files a host refuses, or the site itself writes over, once a build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.logging import is_suppressed_warning

from sphinx_scrapbox.snapshot.filenames import Host, file_key, ignores_case, refusals
from sphinx_scrapbox.sphinx_ext.builders import has_pages
from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
from sphinx_scrapbox.sphinx_ext.html.data.redirects import chosen_hosts
from sphinx_scrapbox.sphinx_ext.warnings import Warn, warn

_LOGGER = logging.getLogger("sphinx_scrapbox")
_MOST_NAMES = 3
_BY_DEFAULT = (Host.NETLIFY, Host.GITHUB, Host.WINDOWS)  # in an EPUB, files have other names


def tell_refused_names(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-check-consistency``: warn if ``scrapbox_hosts`` is set, else note."""
    if not has_pages(app.builder):
        return
    hosts = chosen_hosts(app)
    pages = [docname for docname, facts in domain_of(env).facts.items() if facts.is_page]
    lines = list(_refused(pages, hosts or _BY_DEFAULT))
    if not lines:
        return
    message = "; ".join(lines)
    remedy = "'sphinx-scrapbox rename DIR' gives them safe names and keeps titles and addresses"
    if hosts:
        warn(Warn.REFUSED_NAME, f"{message}. {remedy}")
    elif not is_suppressed_warning("scrapbox", "refused_name", app.config.suppress_warnings):
        _LOGGER.info("note: %s. %s", message, remedy)


def _refused(pages: list[str], hosts: tuple[Host, ...] | list[Host]) -> Iterator[str]:
    """For each host that refuses some of *pages*, how many and which."""
    # Most names are refused by none: each is looked at once, not once for each host.
    pages = [name for name in pages if any(refusals(part, hosts) for part in name.split("/"))]
    for host in hosts:
        refused = sorted(
            name for name in pages if any(refusals(part, [host]) for part in name.split("/"))
        )
        if refused:
            names = [repr(name) for name in refused[:_MOST_NAMES]]
            names += ["…"] if len(refused) > _MOST_NAMES else []
            count = "1 page" if len(refused) == 1 else f"{len(refused)} pages"
            yield f"{host.shown} refuses the names of {count}: {', '.join(names)}"


def check_reserved_names(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-check-consistency``: warn of pages that Sphinx writes over."""
    builder = app.builder
    if not has_pages(builder):
        return
    reserved = {"search", "opensearch", *app.config.html_additional_pages}
    if app.config.html_use_index:
        reserved.add("genindex")
    for domain in env.domains.sorted():
        reserved.update(f"{domain.name}-{index.name}" for index in domain.indices)
    identity = file_key if ignores_case(Path(app.outdir)) else str
    own = {identity(name): name for name in reserved}
    for docname, facts in domain_of(env).facts.items():
        if facts.is_page and (name := own.get(identity(docname))):
            warn(
                Warn.RESERVED_NAME,
                f"the page {facts.title!r} has the address of the site's own {name!r} "
                "page, so it is not written; move its file into a folder",
                location=docname,
            )
