"""What an output format needs of a page once every link is resolved."""

from __future__ import annotations

from hashlib import sha1
from html import escape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.singlehtml import SingleFileHTMLBuilder
from sphinx.locale import get_translation
from sphinx.transforms.post_transforms import SphinxPostTransform

from .config import options
from .domain import builder_of, domain_of
from .icons import icon_file, icon_table
from .nodes import icon as icon_node
from .notices import CATALOG
from .titles import icon_url, is_line_id, split_target

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_ = get_translation(CATALOG)


class Pictures(SphinxPostTransform):
    """Settle what becomes of a page's images and icons in this format.

    A remote image of a wiki page is shown in HTML and linked elsewhere: LaTeX and EPUB would
    fetch it during the build. An icon gets its image in HTML: a local file, or the wiki's if
    it may be asked.
    """

    # Before Sphinx's downloader (100).
    default_priority = 50
    formats = ("html", "latex", "text", "man", "texinfo")

    def run(self, **kwargs: Any) -> None:
        """Visit each image and icon."""
        builder = builder_of(self.env)
        config = options(self.config)
        is_html = builder.format == "html"
        shown = builder.supported_remote_images and config.images == "show"
        for node in list(self.document.findall(_is_picture)):
            if isinstance(node, icon_node):
                if is_html:
                    self._find_face(node)
                continue
            assert isinstance(node, nodes.image)
            if "scrapbox-image" not in node["classes"]:
                continue
            if shown:
                node["alt"] = str(_("Image"))
                node["loading"] = "lazy"
            else:
                _link_image(node)

    def _find_face(self, node: icon_node) -> None:
        builder = builder_of(self.env)
        config = options(self.config)
        file = icon_file(self.env, node["name"], node["project"])
        if file is not None:
            # Named after its path, so that a later build names it the same.
            digest = sha1(file.encode(), usedforsecurity=False).hexdigest()[:12]
            name = f"scrapbox-icon-{digest}{PurePosixPath(file).suffix.lower()}"
            builder.images[file] = name
            node["uri"] = name
        elif config.icons == "remote" and builder.supported_remote_images:
            project = node["project"] or node.get("home", "")
            project = project or domain_of(self.env).project_of(self.env.current_document.docname)
            if project and project not in domain_of(self.env).private_projects:
                node["uri"] = icon_url(project, node["name"], origin=config.url)


def _is_picture(node: nodes.Node) -> bool:
    return isinstance(node, (nodes.image, icon_node))


def _link_image(image: nodes.image) -> None:
    address = image["uri"]
    text = nodes.Text(address)
    parent = image.parent
    if isinstance(parent, nodes.reference):
        parent.replace(image, text)
        return
    link: nodes.Element = nodes.reference("", "", text, refuri=address, internal=False)
    if not isinstance(parent, nodes.TextElement):
        link = nodes.paragraph("", "", link)
    parent.replace(image, link)


def rewritten_for_icons(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Documents with an icon whose image came since the last build.

    One that changed or went is a dependency of the documents that show it: they are read again.
    """
    domain = domain_of(env)
    before: dict[str, str] | None = domain.data["icons"]
    now = domain.data["icons"] = icon_table(env)
    if before is None or before == now:
        return []
    came = {split_target(name).title for name in now.keys() - before.keys()}
    return domain.docnames_that_name(came)


class LineTargets(SphinxPostTransform):
    """Give LaTeX, which writes no ids of paragraphs, a target at each line that has an address."""

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


class FileAnchors(SphinxPostTransform):
    """Escape the names of documents inside a single file: Sphinx writes them as they are."""

    default_priority = 50
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Escape each name that needs it."""
        if not isinstance(builder_of(self.env), SingleFileHTMLBuilder):
            return
        for node in self.document.findall(addnodes.start_of_file):
            if escape(node["docname"]) != node["docname"]:
                node["docname"] = _Escaped(node["docname"])


class _Escaped(str):
    """A name that looks up as itself and is written escaped."""

    __slots__ = ()

    def __str__(self) -> str:
        return escape(str.__str__(self))
