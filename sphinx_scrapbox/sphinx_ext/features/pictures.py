"""Icons and images of pages, as far as an output format can show them."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache, partial
from hashlib import sha1
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.images import get_image_size

from sphinx_scrapbox.rendering.nodes import (
    find_nodes,
    scrapbox_icon,
    scrapbox_large_image,
    scrapbox_video,
)
from sphinx_scrapbox.snapshot.lockfile import PICTURE_FOLDER, is_picture_file
from sphinx_scrapbox.sphinx_ext import builders
from sphinx_scrapbox.sphinx_ext.config.options import options
from sphinx_scrapbox.sphinx_ext.domain.domain import ScrapboxDomain, domain_of
from sphinx_scrapbox.sphinx_ext.domain.index.history import LocalChange
from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord
from sphinx_scrapbox.sphinx_ext.feature import Feature, Listener, Outdated
from sphinx_scrapbox.sphinx_ext.i18n import _
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.warnings import note_unknown_internals
from sphinx_scrapbox.wiki.titles import is_line_id, split_target
from sphinx_scrapbox.wiki.urls import icon_url


class SettlePictures(SphinxPostTransform):
    """Decides how the images and icons of a page appear in this format.

    A remote image of a wiki page is shown in HTML and linked elsewhere: LaTeX and EPUB would
    fetch it during the build. One that was fetched is shown wherever the format can show its
    kind. An icon gets its image in HTML: a local file, or the wiki's if it may be asked.
    """

    # Before Sphinx's downloader (100).
    default_priority = 50

    def is_supported(self) -> bool:
        """Whether the output is for readers."""
        return builders.has_writer(builders.builder_of(self.env))

    def run(self, **kwargs: Any) -> None:
        """Visit each image and icon."""
        # The folder of the lock of each document: asked for by many icons.
        self._places: dict[str, str | None] = {}
        builder = builders.builder_of(self.env)
        config = options(self.config)
        shown = builders.shows_remote_images(builder) and config.images == "remote"
        for node in find_nodes(self.document, nodes.image, scrapbox_icon, scrapbox_video):
            if not isinstance(node, nodes.image):
                if builders.is_html(builder):
                    self._find_picture(node)
                continue
            if "scrapbox-image" not in node["classes"]:
                continue
            is_local = "scrapbox-address" in node
            if is_local and builder.format == "latex":
                continue  # what it cannot show may be converted first
            if builders.shows_image_file(builder, node["uri"]) if is_local else shown:
                node["alt"] = str(_("Image"))
                node["loading"] = builders.image_loading(builder)
                if is_local:
                    _set_size(node, self.env.srcdir / node["uri"])
                if builders.is_html(builder) and not builders.is_epub(builder):
                    _link_to_large(node)
            else:
                _link_image(node)

    def _find_picture(self, node: nodes.Element) -> None:
        if isinstance(node, scrapbox_icon):
            self._find_icon_image(node)
        elif isinstance(node, scrapbox_video):
            self._find_still(node)

    def _find_still(self, film: scrapbox_video) -> None:
        """Set ``uri``, the name of a still image in the output."""
        builder = builders.builder_of(self.env)
        file = film.get("still", "")
        if file and builders.shows_image_file(builder, file):
            film["uri"] = builder.images[file] = PurePosixPath(file).name

    def _find_icon_image(self, node: scrapbox_icon) -> None:
        builder = builders.builder_of(self.env)
        config = options(self.config)
        folder = source_folder(self.env)
        docname = _docname_around(node) or self.env.current_document.docname
        own = node.get("home", "") or domain_of(self.env).project_of(docname)
        file = folder.icons.find(node["name"], node["project"], own)
        if file is not None and builders.shows_image_file(builder, file):
            # Named after its path, so that a later build names it the same.
            digest = sha1(file.encode(), usedforsecurity=False).hexdigest()[:12]
            name = f"scrapbox-icon-{digest}{PurePosixPath(file).suffix.lower()}"
            builder.images[file] = name
            node["uri"] = name
            return
        fetched = folder.fetched_files
        may_ask = config.icons == "remote" and builder.supported_remote_images
        if not fetched.has_icons and not may_ask:
            return
        if docname not in self._places:
            locked = folder.locks.of(Path(self.env.doc2path(docname)))
            self._places[docname] = locked.folder if locked else None
        project = node["project"] or own
        if not project:
            return
        file = fetched.icon(project, node["name"], self._places[docname])
        if file is not None and builders.shows_image_file(builder, file):
            node["uri"] = builder.images[file] = PurePosixPath(file).name  # as of an image
        elif may_ask and project not in domain_of(self.env).private_projects:
            origin = folder.snapshots.origin_of(project)
            node["uri"] = icon_url(project, node["name"], origin=origin)


class LinkUnshownPictures(SphinxPostTransform):
    """Replaces fetched images that LaTeX cannot show with links."""

    # After Sphinx's converters (200), which may have made another kind of them.
    default_priority = 250
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Visit each image."""
        builder = builders.builder_of(self.env)
        for node in list(self.document.findall(nodes.image)):
            if "scrapbox-address" in node and not builders.shows_image_file(builder, node["uri"]):
                _link_image(node)


def _set_size(image: nodes.image, path: Path) -> None:
    """Give an image its size in pixels, so that browsers reserve its place before it is loaded."""
    try:
        size = _size(path, path.stat().st_mtime_ns)
    except OSError:
        return
    if size:
        image["width"], image["height"] = map(str, size)


@lru_cache(maxsize=8192)
def _size(path: Path, time: int) -> tuple[int, int] | None:
    """Width and height of an image file of this time of change; None if it does not tell them."""
    return get_image_size(path)


def _link_to_large(image: nodes.image) -> None:
    """Have an image that is no link lead to itself, to be opened as large as the window."""
    parent = image.parent
    while isinstance(parent, nodes.TextElement):
        if isinstance(parent, nodes.reference):
            return
        parent = parent.parent
    link = scrapbox_large_image()
    image.parent.replace(image, link)
    link += image


def _docname_around(node: nodes.Node) -> str:
    """The document that a node comes from, in an output that joins several documents."""
    parent: nodes.Element | None = node.parent
    while parent is not None:
        if docname := parent.get("docname", ""):
            return str(docname)
        parent = parent.parent
    return ""


def _link_image(image: nodes.image) -> None:
    address = image.get("scrapbox-address", image["uri"])
    text = nodes.Text(address)
    parent = image.parent
    if isinstance(parent, nodes.reference):
        parent.replace(image, text)
        return
    link: nodes.Element = nodes.reference("", "", text, refuri=address, internal=False)
    if not isinstance(parent, nodes.TextElement):
        link = nodes.paragraph("", "", link)
    parent.replace(image, link)


def name_fetched_images(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: keep the names of fetched files in the output.

    Sphinx numbers files of one name in the order in which documents were read, which differs from
    build to build. Of these, all that share a name have the same content. This changes the entries
    of ``env.images``, from which ``Builder.post_process_images`` takes the names; unnecessary once
    an image can be given its name in the output.
    """
    images: dict[str, Any] = dict(env.images)
    for path, entry in images.items():
        if not (isinstance(entry, tuple) and len(entry) == 2):
            note_unknown_internals("names of images")
            return
        docnames, name = entry
        own_name = PurePosixPath(path).name
        if name != own_name and is_picture_file(f"{PICTURE_FOLDER}/{own_name}"):
            env.images[path] = (docnames, own_name)


class LineTargets(SphinxPostTransform):
    """Adds a target to each line with an id for LaTeX, which writes no ids of paragraphs."""

    default_priority = 50
    formats = ("latex",)

    def run(self, **kwargs: Any) -> None:
        """Move the ids of lines into targets."""
        for node in list(self.document.findall(_is_line)):
            assert isinstance(node, nodes.TextElement)
            if ids := [name for name in node["ids"] if is_line_id(name[1:])]:
                node["ids"] = [name for name in node["ids"] if name not in ids]
                node.insert(0, nodes.target("", "", ids=ids))


def _is_line(node: nodes.Node) -> bool:
    return isinstance(node, (nodes.paragraph, nodes.line)) and bool(node["ids"])


def _icons(domain: ScrapboxDomain) -> dict[str, list[object]]:
    """The files of icons, by the key of the icon's name without its project."""
    folder = source_folder(domain.env)
    by_name: dict[str, list[object]] = {}
    for table in (folder.icons.table, folder.fetched_files.icon_table()):
        for name, file in sorted(table.items()):
            by_name.setdefault(split_target(name).title, []).append((name, file))
    return by_name


class PicturesFeature(Feature):
    """Keeps the images of documents whose files a pull may add or remove."""

    name = "pictures"
    post_transforms = (SettlePictures, LinkUnshownPictures, LineTargets)
    listeners = (Listener("env-updated", name_fetched_images),)
    node_classes = (nodes.image, scrapbox_video)

    def collect(self, nodes: Sequence[nodes.Element], record: DocumentRecord) -> object | None:
        """The marks of images and of stills of films."""
        marks = (node["scrapbox-mark"] for node in nodes if "scrapbox-mark" in node)
        return tuple(dict.fromkeys(marks)) or None

    def reread(self, domain: ScrapboxDomain, outdated: Outdated) -> Iterable[str]:
        """Documents with an image whose file was added or removed since the last build.

        A file that was edited is a dependency of the document.
        """
        before: dict[str, int] | None = domain.data["images"]
        now = domain.data["images"] = source_folder(domain.env).fetched_files.image_table()
        if before is None or before == now:
            return []
        moved = {mark for mark in before.keys() | now.keys() if before.get(mark) != now.get(mark)}
        marks = domain.collected("pictures")
        return [docname for docname in marks if not moved.isdisjoint(marks[docname])]

    def state(self, domain: ScrapboxDomain) -> Hashable:
        """The files of icons."""
        return repr(sorted(domain.computed("icons", partial(_icons, domain)).items()))

    def shown(self, docname: str, domain: ScrapboxDomain) -> Hashable:
        """The files of the icons in a document, or of all icons if it lists people."""
        icons = domain.computed("icons", partial(_icons, domain))
        if (facts := domain.facts.get(docname)) is None or not icons:
            return None
        queries = domain.collected("lists").get(docname, ())
        if any(json.loads(query)["kind"] == "people" for query in queries):
            return repr(sorted(icons.items()))
        return repr([icons[link] for link in facts.links if link in icons])

    def affected(self, change: LocalChange, domain: ScrapboxDomain) -> Iterable[str]:
        """No other: the icons are part of the state."""
        return ()


FEATURE = PicturesFeature()
