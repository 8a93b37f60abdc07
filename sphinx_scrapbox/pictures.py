"""What pictures pages show: whose icons, and images from which addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .media import image_url
from .page import CodeBlock, Decoration, Icon, Image, Inline, Numbered, Page, Quote, Strong, Table
from .titles import join_target, key


class Pictures(NamedTuple):
    """``icons``: ``/project/name`` of each, as first written. ``images``: where each is fetched.

    Such are the names that a lock file's rows have (:class:`.lockfile.LockedFile`).
    """

    icons: tuple[str, ...]
    images: tuple[str, ...]


def pictures_of(pages: Iterable[Page]) -> Pictures:
    """The icons and images of *pages*, each once, in the order of their names.

    An icon without a project is of its page's own; if that is not known, it is left out. So is
    an image that no page may show, such as one at a ``data:`` address.
    """
    icons: dict[str, str] = {}
    images: set[str] = set()
    for page in pages:
        for node in _inlines(page):
            if isinstance(node, Icon):
                if project := node.project or page.project:
                    name = join_target(project, node.name)
                    icons.setdefault(key(name), name)
            elif isinstance(node, Image) and (address := image_url(node.src)):
                images.add(address)
    return Pictures(tuple(icons[name] for name in sorted(icons)), tuple(sorted(images)))


def _inlines(page: Page) -> Iterator[Inline]:
    for block in page.blocks:
        match block:
            case Table():
                for row in block.rows:
                    for cell in row:
                        yield from _unfolded(cell)
            case CodeBlock():
                pass
            case _:
                yield from _unfolded(block.nodes)


def _unfolded(content: tuple[Inline, ...]) -> Iterator[Inline]:
    for node in content:
        if isinstance(node, Strong | Decoration | Quote | Numbered):
            yield from _unfolded(node.nodes)
        else:
            yield node
