"""``pull --icons --images``: what is fetched, what is refused, and who is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import Result
from commands import run_command
from folders import lock_of
from wiki_server import HASTY, PNG, Wiki, serving

from sphinx_scrapbox.remote import public_hosts as outside
from sphinx_scrapbox.remote.client import Client, Reply
from sphinx_scrapbox.remote.credentials import Credential, CredentialKind
from sphinx_scrapbox.remote.errors import ClientError

OTHER_PNG = PNG + b"\x00"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
HTML = b"<!DOCTYPE html><title>Log in</title>"
SECRET = "pat_6f1d0c2e9b7a4853"


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki()) as wiki:
        yield wiki


@pytest.fixture
def any_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wiki]:
    """Another server; the address of its host counts as public here."""
    real = outside.is_public
    monkeypatch.setattr(
        outside, "is_public", lambda address: address == "127.0.0.2" or real(address)
    )
    with serving(Wiki(), host="127.0.0.2") as server:
        yield server


def pull(wiki: Wiki, folder: Path, *more: str, token: str = "") -> Result:
    wiki.asked.clear()
    wiki.headers.clear()
    args = ["pull", wiki.project, str(folder), "--url", wiki.url, *more]
    return run_command(*args, env={"SCRAPBOX_TOKEN": token}, code=0)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "_files").glob("*")}


def rows(folder: Path) -> dict[str, str]:
    """What each picture has become: a suffix, or why there is none."""
    return {row.name: row.file.rpartition(".")[2] or row.why for row in lock_of(folder).pictures}


# -- icons -----------------------------------------------------------------------------


def test_icons(wiki: Wiki, any_host: Wiki, tmp_path: Path) -> None:
    any_host.files["/max_size/400"] = 200, {"Content-Type": "text/html"}, PNG
    to_gyazo = 302, {"Location": f"{any_host.url}/max_size/400"}, b""
    wiki.icons["/garden/mio"] = 302, {"Location": "/files/x.svg?type=thumbnail"}, b""
    wiki.files["/files/x.svg"] = 302, {"Location": f"{any_host.url}/signed"}, b""
    any_host.files["/signed"] = 200, {"Content-Type": "image/svg+xml"}, SVG
    wiki.icons["/garden/ren"] = to_gyazo
    wiki.icons["/icons/ok"] = 200, {}, OTHER_PNG
    wiki.icons["/garden/html"] = 200, {"Content-Type": "image/png"}, HTML
    wiki.icons["/garden/script"] = 200, {}, SVG.replace(b"/>", b"><script/></svg>")
    wiki.write("Talk", "[mio.icon] hello", "[Ren.icon*3][/icons/ok.icon]", "[nobody.icon]")
    wiki.write("More", "[html.icon][script.icon] [ren.icon]", "code:x", " [code.icon]")
    folder = tmp_path / "wiki"
    pull(wiki, folder, "--icons", token=SECRET)
    found = rows(folder)
    assert found == {
        "/garden/mio": "svg",
        "/garden/Ren": "png",
        "/icons/ok": "png",
        "/garden/nobody": "404 Not Found",
        "/garden/html": "a web page, not an image",
        "/garden/script": "an SVG with <script>, which is refused",
    }
    assert set(files(folder).values()) == {PNG, OTHER_PNG, SVG}
    for row in lock_of(folder).pictures:
        assert not row.file or (folder / row.file).is_file()
    # The credential went to the wiki only, and there for what needs one.
    assert len(any_host.headers) == 2
    assert not [1 for headers in any_host.headers if SECRET in str(headers)]
    assert not [
        1 for headers in any_host.headers if headers.get("Cookie") or headers.get("Referer")
    ]
    for path, headers in zip(wiki.asked, wiki.headers, strict=True):
        picture = "/icon" in path or "/files/" in path
        assert ("x-personal-access-token" in headers) == (not picture)


def test_a_credential_is_for_the_project_alone(wiki: Wiki, tmp_path: Path) -> None:
    """Not for what its reader may see elsewhere, and others who read the site may not."""
    wiki.public, wiki.token = False, ("x-personal-access-token", SECRET)
    wiki.icons["/garden/mio"] = wiki.icons["/secret/plan"] = 200, {}, PNG
    wiki.files["/files/own.png"] = 200, {}, OTHER_PNG
    wiki.write("Talk", "[mio.icon] [/secret/plan.icon]", f"[{wiki.url}/files/own.png]")
    wiki.write("Sly", f"[{wiki.url}/api/pages/secret/plan/icon#.png]")
    folder = tmp_path / "wiki"
    pull(wiki, folder, "--private", "--icons", "--images", token=SECRET)
    for path, headers in zip(wiki.asked, wiki.headers, strict=True):
        assert ("x-personal-access-token" in headers) == ("/secret/" not in path), path
    assert len(wiki.asked_for("/secret/")) == 2
    found = rows(folder)
    assert found["/garden/mio"] == found[f"{wiki.url}/files/own.png"] == "png"
    assert found["/secret/plan"] == "401 Unauthorized"


def test_icons_are_asked_for_once(wiki: Wiki, tmp_path: Path) -> None:
    wiki.icons["/garden/mio"] = 200, {}, PNG
    wiki.write("Talk", "[mio.icon][nobody.icon][html.icon]")
    wiki.icons["/garden/html"] = 200, {}, HTML
    folder = tmp_path / "wiki"
    pull(wiki, folder, "--icons")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    pull(wiki, folder)  # the folder remembers that it has icons
    assert len(wiki.asked) == 2
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    # Another page has nothing to do with it; the icon's own page has.
    wiki.write("Talk", "[mio.icon][nobody.icon][html.icon] more")
    pull(wiki, folder)
    assert wiki.asked_for("/icon") == []
    wiki.write("mio", "other picture")
    wiki.write("nobody", "is somebody")
    wiki.icons["/garden/mio"] = wiki.icons["/garden/nobody"] = 200, {}, OTHER_PNG
    pull(wiki, folder)
    assert sorted(wiki.asked_for("/icon")) == [
        "/api/pages/garden/mio/icon",
        "/api/pages/garden/nobody/icon",
    ]
    assert set(files(folder).values()) == {OTHER_PNG}
    wiki.delete("nobody")
    del wiki.icons["/garden/nobody"]
    pull(wiki, folder)
    assert wiki.asked_for("/icon") == ["/api/pages/garden/nobody/icon"]
    assert rows(folder)["/garden/nobody"] == "404 Not Found"
    pull(wiki, folder, "--refresh")
    assert len(wiki.asked_for("/icon")) == 3
    # A file that was lost comes back, one that no page shows goes.
    next((folder / "_files").iterdir()).unlink()
    pull(wiki, folder)
    assert wiki.asked_for("/icon") == ["/api/pages/garden/mio/icon"]
    wiki.write("Talk", "nobody says anything")
    pull(wiki, folder)
    assert not (folder / "_files").exists()
    assert lock_of(folder).pictures == ()


def test_no_icons_any_more(wiki: Wiki, tmp_path: Path) -> None:
    wiki.icons["/garden/mio"] = 200, {}, PNG
    wiki.write("Talk", "[mio.icon]")
    folder = tmp_path / "wiki"
    pull(wiki, folder)
    assert wiki.asked_for("/icon") == []
    pull(wiki, folder, "--icons")
    assert files(folder)
    pull(wiki, folder, "--no-icons")
    assert not (folder / "_files").exists()


def test_an_icon_that_fails_is_asked_for_again(wiki: Wiki, tmp_path: Path) -> None:
    wiki.icons["/garden/mio"] = 200, {}, PNG
    wiki.write("mio", "x")
    wiki.write("Talk", "[mio.icon][ren.icon]")
    folder = tmp_path / "wiki"
    pull(wiki, folder, "--icons")
    wiki.icons["/garden/mio"] = 500, {}, b""
    wiki.write("mio", "y")
    result = pull(wiki, folder)
    assert "icon /garden/mio: 500 Internal Server Error; the next pull asks again" in result.stderr
    assert rows(folder)["/garden/mio"] == "png"
    wiki.icons["/garden/mio"] = 200, {}, OTHER_PNG
    pull(wiki, folder)
    assert wiki.asked_for("/icon") == ["/api/pages/garden/mio/icon"]
    assert set(files(folder).values()) == {OTHER_PNG}
    pull(wiki, folder)
    assert wiki.asked_for("/icon") == []


# -- images ----------------------------------------------------------------------------


def test_images(wiki: Wiki, any_host: Wiki, tmp_path: Path) -> None:
    any_host.files["/a.png"] = 200, {}, PNG
    any_host.files["/b.png"] = 200, {}, HTML
    any_host.files["/large.png"] = 200, {}, PNG + bytes(21 * 1024 * 1024)
    any_host.files["/home.png"] = 302, {"Location": "http://127.0.0.1:9/x.png"}, b""
    any_host.files["/round.png"] = 302, {"Location": "/round.png"}, b""
    any_host.files["/file.png"] = 302, {"Location": "file:///etc/passwd"}, b""
    wiki.files["/files/own.png"] = 200, {}, OTHER_PNG
    far = any_host.url
    wiki.write("Pictures", f"[{far}/a.png] [{far}/b.png] [{far}/gone.png] [{far}/a.png]")
    wiki.write("Bad", f"[{far}/large.png] [{far}/home.png] [{far}/round.png] [{far}/file.png]")
    wiki.write("Own", f"[{wiki.url}/files/own.png]", "[http://127.0.0.1:9/y.png]")
    wiki.write(
        "Near", "[http://10.0.0.1/z.png] [http://[::1]/z.png] [http://169.254.169.254/z.png]"
    )
    wiki.write(
        "Odd", "[http://localhost:1/z.png] [http://0x7f000001/z.png] [http://2130706433/z.png]"
    )
    folder = tmp_path / "wiki"
    pull(wiki, folder, "--images", token=SECRET)
    found = rows(folder)
    inner = "the host is not public, so nothing was requested"
    assert found[f"{far}/a.png"] == found[f"{wiki.url}/files/own.png"] == "png"
    assert found[f"{far}/b.png"] == "a web page, not an image"
    assert found[f"{far}/gone.png"] == "404 Not Found"
    assert found[f"{far}/large.png"] == "the answer is larger than 21 MB"
    assert "redirects" in found[f"{far}/round.png"]
    assert "not an address" in found[f"{far}/file.png"]
    for address in (f"{far}/home.png", "http://127.0.0.1:9/y.png", "http://10.0.0.1/z.png",
                    "http://169.254.169.254/z.png", "http://localhost:1/z.png"):  # fmt: skip
        assert found[address] == inner, address
    assert set(found.values()) <= {
        "png", "a web page, not an image", "404 Not Found", inner, found[f"{far}/large.png"],
        found[f"{far}/round.png"], found[f"{far}/file.png"], "the host is not known",
        "this is not an address",
    }  # fmt: skip
    assert set(files(folder).values()) == {PNG, OTHER_PNG}
    assert not [1 for headers in any_host.headers if SECRET in str(headers)]
    # Nothing of that is asked for a second time.
    any_host.asked.clear()
    pull(wiki, folder)
    assert len(wiki.asked) == 2
    assert any_host.asked == []


def test_a_host_that_is_down_is_left_in_peace(wiki: Wiki, any_host: Wiki, tmp_path: Path) -> None:
    any_host.fault = lambda path: lambda handler: handler.reset()
    for number in range(30):
        wiki.write(f"p{number}", f"[{any_host.url}/{number}.png]")
    folder = tmp_path / "wiki"
    result = pull(wiki, folder, "--images")
    assert "and 20 more like these" in result.stderr
    assert len(any_host.asked) <= 2 * (3 + HASTY.connections)
    assert len(lock_of(folder).pages) == 30
    assert lock_of(folder).pictures == ()
    any_host.fault = lambda path: None
    for number in range(30):
        any_host.files[f"/{number}.png"] = 200, {}, PNG
    pull(wiki, folder, "--images")
    assert len(lock_of(folder).pictures) == 30
    assert len(files(folder)) == 1


# -- who may be asked ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("2002:7f00:1::1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::808:808", True),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert outside.is_public(address) is public


def test_a_name_that_leads_elsewhere_a_moment_later(
    any_host: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name passed the look-up; the connection itself is what is refused."""
    any_host.files["/x"] = 200, {}, PNG
    monkeypatch.setattr(outside, "check", lambda url: None)

    def reply(reply: Reply) -> Reply:
        return reply

    credential = Credential(CredentialKind.TOKEN, SECRET)
    with serving(Wiki()) as near, Client("https://wiki.example", credential, HASTY) as client:
        got = client.get(f"{any_host.url}/x", reply, what="x", max_bytes=10_000, any_host=True)
        assert got.data == PNG
        with pytest.raises(ClientError, match="not public") as caught:
            client.get(f"{near.url}/x", reply, what="x", max_bytes=10_000, any_host=True)
        assert caught.value.permanent
        assert near.asked == []
        assert SECRET not in str(any_host.headers)


def test_nothing_shows_a_credential() -> None:
    credential = Credential(CredentialKind.TOKEN, SECRET)
    client = Client("https://wiki.example", credential)
    assert SECRET not in repr(credential) + str(credential) + repr(client) + repr(vars(client))
    assert client.hide(f"a {SECRET}\nb") == "a … b"
    request = requests.Request("GET", "https://wiki.example.evil/")
    assert SECRET not in str(client._session.prepare_request(request).headers)
    request = requests.Request("GET", "https://wiki.example:444/")
    assert SECRET not in str(client._session.prepare_request(request).headers)
    request = requests.Request("GET", "http://wiki.example/")
    assert SECRET not in str(client._session.prepare_request(request).headers)
    request = requests.Request("GET", "HTTPS://WIKI.example:443/x")
    assert SECRET in str(client._session.prepare_request(request).headers)
