"""What the facts of all documents give together, and what changed in them since a build."""

from sphinx_scrapbox.sphinx_ext.domain.index.lookup import DomainIndex, HeadingTarget

__all__ = ["DomainIndex", "HeadingTarget"]
