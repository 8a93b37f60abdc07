"""What a feature is: an object that names all that it adds to the extension."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain
    from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
    from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord


class Listener(NamedTuple):
    """A handler of an event, and why it has its priority or its place among its equals."""

    event: str
    handler: Callable[..., Any]
    priority: int = 500
    why: str = ""


def for_documents(change: Callable[[Sphinx, str, dict[str, Any]], None]) -> Callable[..., None]:
    """A handler of ``html-page-context`` that calls *change* for the pages of documents alone."""

    def handler(
        app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
    ) -> None:
        if doctree is not None:
            change(app, page, context)

    return handler


class Outdated(NamedTuple):
    """What Sphinx found before it reads: the docnames of three kinds of documents."""

    added: set[str]
    changed: set[str]
    removed: set[str]


class Feature:
    """Base of the features, which override what they need and are listed once, in ``FEATURES``.

    The domain keeps what :meth:`collect` returns, and forgets and merges it with the document.
    A page is written again exactly when what :meth:`shown` returns differs from what the output
    shows, so it has to be made of the data that the page's nodes are made of.
    """

    name: ClassVar[str]
    """The key of what the domain keeps for the feature."""
    directives: ClassVar[Mapping[str, type[Directive]]] = {}
    transforms: ClassVar[Sequence[type[SphinxTransform]]] = ()
    post_transforms: ClassVar[Sequence[type[SphinxPostTransform]]] = ()
    listeners: ClassVar[Sequence[Listener]] = ()
    """Handlers of events, where the methods below do not do."""
    node_classes: ClassVar[tuple[type[nodes.Element], ...]] = ()
    """The classes of nodes that :meth:`collect` is given."""
    shows_other_links: ClassVar[bool] = False
    """Whether a page gets links when it is written that it did not have when it was read."""

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """What to keep of a document that was read, small and picklable; None for nothing.

        :param nodes: the document's nodes of the classes in :attr:`node_classes`.
        """
        return None

    def reread(self, domain: ScrapboxDomain, outdated: Outdated) -> Iterable[str]:
        """The documents to read again although their sources did not change."""
        return ()

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """What :meth:`shown` depends on beside the documents, such as files that are not read.

        It is compared in every build, so it must be cheap. None stands for "unknown": what pages
        show is then computed again in the next build.
        """
        return ""

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """What a page shows of the feature, with a ``repr`` that tells all; None for nothing."""
        return None

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str] | None:
        """The documents of which :meth:`shown` may be another after a local change.

        Those that were read again need not be among them. None stands for all documents.
        """
        return () if type(self).shown is Feature.shown else None

    def objects(self, domain: ScrapboxDomain) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Entries of the inventory, as :meth:`sphinx.domains.Domain.get_objects` yields them."""
        return iter(())

    def begin_page(self, app: Sphinx, docname: str) -> None:
        """Note in the main process that a document is about to be written.

        It may be called several times, and also in the process that writes the document.
        """

    def page_context(self, app: Sphinx, docname: str, context: dict[str, Any]) -> None:
        """Change the context with which the template of a document's HTML page is filled."""

    def finish(self, app: Sphinx) -> None:
        """Write files of the feature's own, after a build without an error."""
