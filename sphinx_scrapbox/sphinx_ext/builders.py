"""What the builder of this build can do: the only module that tells kinds of builders apart."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard
from weakref import WeakKeyDictionary, ref

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.builders.dirhtml import DirectoryHTMLBuilder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.builders.singlehtml import SingleFileHTMLBuilder
from sphinx.environment import BuildEnvironment
from sphinx.jinja2glue import BuiltinTemplateLoader, SphinxFileSystemLoader

# A builder has its environment: a strong reference to it would keep both for good.
_BUILDERS: WeakKeyDictionary[BuildEnvironment, ref[Builder]] = WeakKeyDictionary()


def note_builder(app: Sphinx) -> None:
    """Handler of ``builder-inited``, before all others: remember the builder of an environment."""
    _BUILDERS[app.env] = ref(app.builder)


def builder_of(env: BuildEnvironment) -> Builder:
    """The builder of a build, for code that has only its environment, such as transforms."""
    if builder := _BUILDERS[env]():
        return builder
    raise KeyError("the build is over")


def is_html(builder: Builder) -> bool:
    """Whether the output is HTML of any kind: pages, one file, an e-book, a help file, JSON."""
    return builder.format == "html"


def has_own_visitors(builder: Builder) -> bool:
    """Whether the writer has visitors for the node classes of this extension."""
    return builder.format in ("html", "latex", "text", "man", "texinfo")


def has_writer(builder: Builder) -> bool:
    """Whether pages are written for readers: not as doctrees, as messages or not at all.

    rst2pdf names no format, but the types of its images.
    """
    if builder.format in ("xml", "pseudoxml"):
        return False
    return bool(builder.format or builder.supported_image_types)


def is_markdown(builder: Builder) -> bool:
    """Whether the output is Markdown, by ``sphinx-markdown-builder`` or ``sphinx-llm``."""
    return builder.format == "markdown"


def shows_remote_images(builder: Builder) -> bool:
    """Whether readers of the output fetch an image from its address."""
    return builder.supported_remote_images or is_markdown(builder)


def is_epub(builder: Builder) -> bool:
    """Whether the output is an e-book, whose readers run no scripts and fetch nothing."""
    return builder.name == "epub"


def is_single_file(builder: Builder) -> bool:
    """Whether the whole site is one HTML file."""
    return isinstance(builder, SingleFileHTMLBuilder)


def is_dirhtml(builder: Builder) -> bool:
    """Whether each page is the index of a folder of its own."""
    return isinstance(builder, DirectoryHTMLBuilder)


def joins_documents(builder: Builder) -> bool:
    """Whether one output file is made of many documents."""
    return builder.format in ("latex", "texinfo", "man") or is_single_file(builder)


def has_search(builder: Builder) -> TypeGuard[StandaloneHTMLBuilder]:
    """Whether Sphinx writes a search index: not for e-books and most help files."""
    return isinstance(builder, StandaloneHTMLBuilder) and builder.search


def has_pages(builder: Builder) -> TypeGuard[StandaloneHTMLBuilder]:
    """Whether each document is a page with an address, beside indices and a search page."""
    return has_search(builder) and not is_single_file(builder)


def has_browser_pages(builder: Builder) -> bool:
    """Whether these pages are opened in a browser as they are written.

    Help files and the JSON and pickle builders of sphinxcontrib-serializinghtml, known by their
    attribute ``implementation``, are shown by other programs.
    """
    return has_pages(builder) and not (builder.embedded or hasattr(builder, "implementation"))


def has_downloads(builder: Builder) -> bool:
    """Whether a file can be offered for download."""
    return is_html(builder) and bool(getattr(builder, "download_support", False))


def shows_image_file(builder: Builder, file: str) -> bool:
    """Whether the output can show an image file, by its suffix."""
    suffix = file.rpartition(".")[2].lower()
    if is_html(builder):
        # EPUB readers need not support AVIF, and Sphinx does not know its media type.
        return not (suffix == "avif" and is_epub(builder))
    if builder.format == "latex":
        return suffix in ("png", "jpg", "jpeg", "pdf")
    return (mimetypes.guess_type(file)[0] or "") in builder.supported_image_types


def card_classes(builder: Builder) -> list[str]:
    """The classes that make an element a card of sphinx-design; none without that extension.

    It is known by an option that it registers, as another extension may have loaded it.
    """
    if is_html(builder) and "sd_custom_directives" in builder.config:
        return ["sd-card", "sd-card-hover", "sd-shadow-sm"]
    return []


def add_templates(builder: Builder, folder: Path) -> None:
    """Let a builder find the templates in a folder, after those of the site and the theme.

    Not by ``templates_path``: it is part of the settings that all pages depend on, so that a site
    would be written again whenever the package is installed in another place.
    """
    loader = getattr(builder, "templates", None)
    if isinstance(loader, BuiltinTemplateLoader):  # another one knows its own templates only
        # Pages are older than a template that is newer than the output.
        loader.pathchain.append(folder)  # type: ignore[arg-type]
        loader.loaders.append(SphinxFileSystemLoader(folder))


def image_loading(builder: Builder) -> str:
    """The value of docutils' ``loading`` for an image; never "embed", as an SVG could be."""
    return "link" if is_epub(builder) else "lazy"


def documents_in(
    document: nodes.document, env: BuildEnvironment
) -> Iterator[tuple[str, nodes.Element]]:
    """The docname and the root of *document*, and of the documents that are part of it."""
    yield env.docname, document
    # Some builders put a whole site, or a part of it, into one document.
    if joins_documents(builder_of(env)):
        for node in list(document.findall(is_document)):
            assert isinstance(node, nodes.Element)
            if node is not document and "docname" in node:
                yield node["docname"], node


def is_document(node: nodes.Node) -> bool:
    """Whether *node* is the root of a document, or of one inside another."""
    return isinstance(node, (addnodes.start_of_file, nodes.document))
