"""The feature that makes EPUB files valid, and addresses in them."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from sphinx_scrapbox.sphinx_ext.builders import builder_of, is_epub
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener
from sphinx_scrapbox.sphinx_ext.features.compatibility.epub import file_names, package
from sphinx_scrapbox.wiki.urls import valid_url

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


class ValidAddresses(SphinxPostTransform):
    """Makes addresses valid; a link that no browser could follow becomes its text."""

    default_priority = 900  # when all references are resolved
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Look at each link that leads out of the book."""
        if not (is_epub(builder_of(self.env)) and options(self.config).epub_repairs):
            return
        for link in list(self.document.findall(nodes.reference)):
            address = link.get("refuri", "")
            if not _SCHEME.match(address):
                continue
            if valid := valid_url(address):
                link["refuri"] = valid
            else:
                link.replace_self(nodes.inline("", "", *link.children, classes=link["classes"]))


class Epub(Feature):
    """Names of files, the package and addresses."""

    name = "epub"
    post_transforms = (ValidAddresses,)
    listeners = (
        Listener("builder-inited", file_names.use_safe_names),
        Listener("builder-inited", package.repair_package),
        Listener("env-updated", file_names.name_files, 100, "Before outputs are looked at."),
        Listener("env-updated", file_names.remove_stale_files, 700, "Needs the last output."),
    )

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The names of files that depend on those of other documents."""
        return file_names.clashing_names(builder_of(domain.env)) or None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: no document came or went."""
        return ()


FEATURE = Epub()
