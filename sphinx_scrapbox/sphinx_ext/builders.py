"""TODO: say what this file is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.builders.singlehtml import SingleFileHTMLBuilder

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment


def builder_of(env: BuildEnvironment) -> Builder:
    """The builder at work: the name by which Sphinx 9 knows it, Sphinx 8 does not have."""
    app: Sphinx = env._app if hasattr(env, "_app") else env.app
    return app.builder


def has_previews(builder: Builder) -> bool:
    """Whether a builder makes pages that are read in a browser, each at an address."""
    return (
        isinstance(builder, StandaloneHTMLBuilder)
        and builder.search  # no book, no help file
        and not builder.embedded
        and not isinstance(builder, SingleFileHTMLBuilder)
        and not hasattr(builder, "implementation")  # data, for others to show
    )
