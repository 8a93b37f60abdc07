"""What a fetched file is by its bytes; what is no image, or more than one, is refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from images import AVIF, GIF, JPG, NS, SVG, WEBP, png

from sphinx_scrapbox.snapshot.image_types import MAX_IMAGE_PIXELS, InvalidImageError, image_type
from sphinx_scrapbox.snapshot.lockfile import IMAGE_SUFFIXES

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(20)


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (png(), "png"),
        (JPG, "jpg"),
        (GIF, "gif"),
        (b"GIF87a" + GIF[6:], "gif"),
        (WEBP, "webp"),
        (AVIF, "avif"),
        (SVG, "svg"),
        (b"\xef\xbb\xbf\n" + SVG, "svg"),
        (b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- a -->' + SVG, "svg"),
        (SVG.decode().encode("utf-16"), "svg"),
        (
            b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
            b' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">' + SVG,
            "svg",
        ),
        (f'<s:svg xmlns:s="{NS[7:-1]}"><s:a href="https://example.org"/></s:svg>'.encode(), "svg"),
    ],
)
def test_images(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    assert image_type(data) == image_type(path) == suffix
    assert suffix in IMAGE_SUFFIXES


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        (b"\n <HTML><p>not well-formed", "a web page"),
        (f'<html xmlns="{"http://www.w3.org/1999/xhtml"}"/>'.encode(), "a web page"),
        (b'<?xml version="1.0"?><html/>', "a web page"),
        (b'{"message": "Not found"}', "not an image"),
        (b"%PDF-1.7", "not an image"),
        (HEIC, "not an image"),
        (b"RIFF\x1a\x00\x00\x00WAVEfmt ", "not an image"),
        (b"<svg/>", "XML, but not SVG"),
        (b"<rss/>", "XML, but not SVG"),
        (SVG[:-6], "not XML"),
        (SVG + b"<", "not XML"),
        (b'<?xml version="1.0" encoding="klingon"?>' + SVG, "in the encoding 'klingon'"),
        (b'<?xml version="1.0" encoding="cp037"?>' + SVG.decode().encode("cp037"), "in the enc"),
        (png()[:12], "damaged"),
        (JPG[:5], "damaged"),
        (GIF[:7], "damaged"),
        (png(0, 5), "damaged"),
        (png(MAX_IMAGE_PIXELS, 2), "100000000 by 2 pixels"),
    ],
)
def test_no_images(data: bytes, why: str) -> None:
    with pytest.raises(InvalidImageError, match=why):
        image_type(data)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<SCRIPT>alert(1)</SCRIPT>",
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
        '<img xmlns="http://www.w3.org/1999/xhtml" src="a"/>',
        "<foreignObject/>",
        '<g onclick="alert(1)"/>',
        '<g OnLoad="alert(1)"/>',
        '<a href="javascript:alert(1)"/>',
        '<a href=" java&#10;script:alert(1)"/>',
        '<a xmlns:l="http://www.w3.org/1999/xlink" l:href="&#x6a;avascript:alert(1)"/>',
        '<animate attributeName="href" values="#a;javascript:alert(1)"/>',
        '<set attributeName="onclick" to="alert(1)"/>',
        '<image href="data:text/html,&lt;script>"/>',
        '<use href="data:image/svg+xml,x#a"/>',
    ],
)
def test_an_svg_that_does_anything(inside: str) -> None:
    with pytest.raises(InvalidImageError, match="which is refused"):
        image_type(f"<svg {NS}>{inside}</svg>".encode())


HOST = "https://example.org/a"
XLINK = 'xmlns:l="http://www.w3.org/1999/xlink"'


@pytest.mark.parametrize(
    "inside",
    [
        *(
            f'<{name} href="{HOST}"/>'
            for name in "image use feImage pattern linearGradient filter textPath mpath tref "
            "font-face-uri color-profile cursor audio video animation unknown".split()
        ),
        f'<image {XLINK} l:href="{HOST}"/>',
        f'<IMAGE HREF="{HOST}"/>',
        '<image href="//example.org/a"/>',
        r'<image href="\\example.org/a"/>',
        '<image href="ht&#10;tps://example.org/a"/>',
        '<image href="https:example.org"/>',
        '<image href="file:///etc/passwd"/>',
        '<image href="other.png"/>',
        '<use href="other.svg#a"/>',
        f'<video src="{HOST}"/>',
        f'<g xml:base="{HOST}"/>',
        f'<a ping="{HOST}"/>',
        f'<set attributeName="href" to="{HOST}"/>',
        f'<animate attributeName="href" values="#a;{HOST}"/>',
        f'<rect fill="url({HOST})"/>',
        f"<rect fill='url( &quot;{HOST}&quot; )'/>",
        f'<rect fill="URL({HOST})"/>',
        '<rect filter="url(other.svg#a)"/>',
        '<rect mask="url(//example.org/a#b)"/>',
        f'<rect style="fill: url({HOST})"/>',
        rf'<rect style="fill: \75 rl({HOST})"/>',
        f'<rect style="content: &quot;url(&quot;#; fill: url({HOST}); x: &quot;"/>',
        f'<set attributeName="fill" to="url({HOST})"/>',
        f'<style>@import "{HOST}";</style>',
        f"<style>@import url({HOST});</style>",
        rf'<style>@\69mport "{HOST}";</style>',
        f'<style>@IMPORT "{HOST}";</style>',
        f"<style>@font-face {{ src: url({HOST}) }}</style>",
        f"<style><![CDATA[a {{ fill: url({HOST}) }}]]></style>",
        f"<style>a {{ fill: u<!-- -->rl({HOST}) }}</style>",
        f'<style>a {{ background: image-set("{HOST}" 1x) }}</style>',
        f'<style>a {{ background: -webkit-cross-fade("{HOST}") }}</style>',
        f'<style>a {{ content: "@namespace" url({HOST}); }}</style>',
        f"<style>a {{ fill: url(data:image/svg+xml,{HOST}) }}</style>",
        r"<style>a { fill: url(data:image/\9 svg+xml,x) }</style>",
        f'<x:style xmlns:x="urn:x">@import "{HOST}";</x:style>',
    ],
)
def test_an_svg_that_loads_anything(inside: str) -> None:
    with pytest.raises(InvalidImageError, match="which is refused"):
        image_type(f"<svg {NS}>{inside}</svg>".encode())


@pytest.mark.parametrize(
    "inside",
    [
        f'<a href="{HOST}"><text>words</text></a>',
        f'<a {XLINK} l:href="{HOST}" l:title="{HOST}"/>',
        f"<text>{HOST} url({HOST}) @import</text>",
        f"<title>{HOST}</title><desc>url({HOST})</desc>",
        f"<!-- {HOST} -->",
        '<use href="#a"/><rect fill="url(#a)" style="mask: url( &quot;#c&quot; )"/>',
        '<image href="data:image/png;base64,AA=="/>',
        '<image href=""/>',
        "<style>a { fill: url(#a) } @font-face { src: url(data:font/woff2;base64,AA==) }</style>",
        "<style>@font-face { src: url('data:application/x-font-woff;base64,AA==') }</style>",
        '<style>@namespace svg url("http://www.w3.org/2000/svg"); a { fill: red }</style>',
        r'<style>a::before { content: "\201C" }</style>',
        f'<g requiredExtensions="{HOST}" aria-label="{HOST}" data-from="{HOST}" class="a//b"/>',
        f'<g requiredFeatures="http://www.w3.org/TR/SVG11/feature#Extensibility" id="{HOST}"/>',
        f'<metadata><r:a xmlns:r="urn:r" r:resource="{HOST}" r:href="{HOST}"/></metadata>',
        '<path d="M0 0" transform="translate(1)" style="fill:#fff;stroke:none"/>',
    ],
)
def test_an_svg_that_loads_nothing(inside: str) -> None:
    assert image_type(f"<svg {NS}>{inside}</svg>".encode()) == "svg"


@pytest.mark.parametrize(
    "name", ["script", "handler", "listener", "foreignObject", "iframe", "embed"]
)
def test_each_active_element_is_refused(name: str) -> None:
    """Elements of SVG 1.1, SVG Tiny 1.2 and HTML that run scripts or embed documents."""
    for spelling in (name, name.lower(), name.upper()):
        for drawing in (f"<svg {NS}><{spelling}/></svg>", f"<svg {NS}><g><{spelling}/></g></svg>"):
            with pytest.raises(InvalidImageError, match=f"an SVG with <{spelling}>"):
                image_type(drawing.encode())


@pytest.mark.parametrize("scheme", ["javascript", "vbscript", "data:text", "data:application"])
def test_each_active_scheme_is_refused(scheme: str) -> None:
    link = f'<a href="{scheme}:x"/>' if ":" not in scheme else f'<a href="{scheme}/x,y"/>'
    with pytest.raises(InvalidImageError, match="an SVG with a script in 'href'"):
        image_type(f"<svg {NS}>{link}</svg>".encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "us-ascii", "iso-8859-1", "windows-1252"])
def test_each_encoding_of_the_web_is_read(encoding: str) -> None:
    drawing = f'<?xml version="1.0" encoding="{encoding}"?>{SVG.decode()}'
    assert image_type(drawing.encode(encoding)) == "svg"


def test_what_comes_before_an_svg() -> None:
    entity = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(InvalidImageError, match="document type of its own"):
        image_type(entity + SVG)
    outside = b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(InvalidImageError, match="document type of its own"):
        image_type(outside + SVG)
    elsewhere = b'<!DOCTYPE svg SYSTEM "https://example.org/svg11.dtd">'
    with pytest.raises(InvalidImageError, match="document type elsewhere"):
        image_type(elsewhere + SVG)
    with pytest.raises(InvalidImageError, match="style sheet elsewhere"):
        image_type(b'<?xml-stylesheet type="text/xsl" href="a.xsl"?>' + SVG)


def test_size(tmp_path: Path) -> None:
    data = png()
    assert image_type(data, max_bytes=len(data)) == "png"
    with pytest.raises(InvalidImageError, match=r"larger than \d+ bytes"):
        image_type(data, max_bytes=len(data) - 1)
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(InvalidImageError, match="larger than 7 bytes"):
        image_type(path, max_bytes=7)
    with pytest.raises(OSError, match="No such file"):
        image_type(tmp_path / "b")


def test_a_drawing_of_many_blocks() -> None:
    path = b'<path d="M0 0"/>' * 20_000
    assert image_type(SVG.replace(b"</svg>", path + b"</svg>")) == "svg"
    with pytest.raises(InvalidImageError, match="<script>"):
        image_type(SVG.replace(b"</svg>", path + b"<script/></svg>"))


@given(
    st.sampled_from([b"", png()[:16], JPG[:4], GIF[:6], WEBP[:16], AVIF[:12], SVG[:30], b"<"]),
    st.binary(max_size=200),
)
def test_any_bytes(head: bytes, rest: bytes) -> None:
    with suppress(InvalidImageError):
        assert image_type(head + rest) in IMAGE_SUFFIXES
