"""What a wiki that means harm can do to a pull: nothing without end, and no credential leaks."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import subprocess
import threading
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from shutil import which
from urllib.parse import quote

import pytest
from click.testing import Result
from commands import run_command
from wiki_server import HASTY, PNG, Handler, Wiki, serving

from sphinx_scrapbox.remote import api, listing, public_hosts
from sphinx_scrapbox.remote.credentials import Credential, CredentialKind, Redactor
from sphinx_scrapbox.remote.pacing import Pace
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, load_lock

SECRET = "pat_6f1d0C2e9b7A4853-Qz"
LIMIT = 0.6  # seconds, for one request
PATIENT = 60.0  # what a slow machine may need on top
SHORT = replace(HASTY, total_timeout=LIMIT, retries=4, backoff=0.05, failures=100)
LONGER = replace(SHORT, total_timeout=2 * LIMIT)
"""Where some requests are answered: even a slow machine does that in this time."""


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki()) as wiki:
        wiki.write("Compost", "#public see [Leaf mould]")
        wiki.write("Leaf mould", "[Tree]")
        yield wiki


def pull(wiki: Wiki, folder: Path, *more: str, pace: Pace = HASTY, token: str = "") -> Result:
    wiki.asked.clear()
    args = ["pull", wiki.project, str(folder), "--url", wiki.url, *more]
    return run_command(*args, pace=pace, env={"SCRAPBOX_TOKEN": token})


# -- one clock over a request ----------------------------------------------------------
# Each goes on until the client hangs up, and no single read takes long.

PAUSE = 0.02


def forever(handler: Handler, part: bytes) -> None:
    with suppress(OSError):
        while True:
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(PAUSE)


def header_line_by_line(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(90):  # the client takes a hundred
        handler.wfile.write(b"X-Wait: 1\r\n")
        handler.wfile.flush()
        time.sleep(PAUSE)
    forever(handler, b"x")


def header_letter_by_letter(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Wait: ")
    forever(handler, b"x")


def status_letter_by_letter(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 ")
    forever(handler, b"O")


def always_continue(handler: Handler) -> None:
    forever(handler, b"HTTP/1.1 100 Continue\r\n\r\n")


def body(handler: Handler, **headers: str) -> None:
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def body_letter_by_letter(handler: Handler) -> None:
    body(handler, Content_Length="1000000")
    forever(handler, b" ")


def chunk_by_chunk(handler: Handler) -> None:
    body(handler, Transfer_Encoding="chunked")
    forever(handler, b"1\r\n \r\n")


def size_of_a_chunk(handler: Handler) -> None:
    body(handler, Transfer_Encoding="chunked")
    forever(handler, b"1")


def trailers(handler: Handler) -> None:
    body(handler, Transfer_Encoding="chunked")
    handler.wfile.write(b"1\r\n \r\n0\r\n")
    forever(handler, b"X-Wait: 1\r\n")


def packed_nothing(handler: Handler) -> None:
    """A stream that decompresses to not one byte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body(handler, Content_Encoding="gzip", Content_Length="1000000")
    handler.wfile.write(packer.compress(b"") + packer.flush(zlib.Z_SYNC_FLUSH))
    forever(handler, packer.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff")


def error_letter_by_letter(handler: Handler) -> None:
    """A failure that may pass, whose body has no end."""
    handler.send_response(503)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    forever(handler, b" ")


def slow_redirect(handler: Handler) -> None:
    time.sleep(LIMIT / 3)
    handler.reply(302, {"Location": handler.path}, b"")


def slow_failure(handler: Handler) -> None:
    time.sleep(LIMIT / 3)
    handler.reply(503, {}, b"")


def waits(handler: Handler) -> None:
    handler.reply(429, {"Retry-After": "1"}, b"")


SLOW: list[Callable[[Handler], None]] = [
    header_line_by_line, header_letter_by_letter, status_letter_by_letter, always_continue,
    body_letter_by_letter, chunk_by_chunk, size_of_a_chunk, trailers, packed_nothing,
    error_letter_by_letter, slow_redirect, slow_failure, waits,
]  # fmt: skip


@pytest.mark.parametrize("fault", SLOW, ids=lambda fault: fault.__name__)
def test_one_clock_for_a_request(
    wiki: Wiki, tmp_path: Path, fault: Callable[[Handler], None]
) -> None:
    wiki.fault = lambda path: fault if "/projects/" in path else None
    start = time.monotonic()
    result = pull(wiki, tmp_path / "wiki", pace=SHORT)
    assert time.monotonic() - start < LIMIT + PATIENT
    assert result.exit_code == 2
    assert "project 'garden': no complete answer within 1 seconds" in result.stderr
    wiki.fault = lambda path: None
    assert pull(wiki, tmp_path / "wiki").exit_code == 0


def test_one_clock_for_each_of_many(wiki: Wiki, tmp_path: Path) -> None:
    """Slow answers to several requests at once; connections are not used up by them."""
    for number in range(6):
        wiki.write(f"p{number}")
    wiki.fault = lambda path: header_letter_by_letter if "/v2/garden/p" in path else None
    start = time.monotonic()
    result = pull(wiki, tmp_path / "wiki", pace=LONGER)
    assert time.monotonic() - start < 6 / HASTY.connections * 2 * LIMIT + PATIENT
    assert result.stderr.count("no complete answer within") == 5  # more are counted only
    wiki.fault = lambda path: None
    assert pull(wiki, tmp_path / "wiki").exit_code == 0
    assert len(wiki.asked_for("/v2/")) == 6


def test_one_clock_for_a_name_that_is_not_resolved(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, *more: object, **rest: object) -> object:
        if host == "wiki.example":
            time.sleep(LIMIT * 3)
            raise socket.gaierror(socket.EAI_AGAIN, "later")
        return real(host, *more, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    start = time.monotonic()
    args = ["pull", "garden", str(tmp_path / "wiki"), "--url", "http://wiki.example"]
    result = run_command(*args, pace=SHORT)
    assert time.monotonic() - start < LIMIT * 2 + PATIENT
    assert "no complete answer within" in result.stderr


def test_one_clock_for_pictures(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_hosts, "is_public", lambda address: True)
    with serving(Wiki(), host="127.0.0.2") as other:
        other.fault = lambda path: header_line_by_line
        images = [f"[{other.url}/{number}.png]" for number in range(30)]
        wiki.write("Pictures", *images, f"[{wiki.url}/files/own.png]")
        wiki.files["/files/own.png"] = 200, {}, PNG
        start = time.monotonic()
        result = pull(wiki, tmp_path / "wiki", "--images", pace=LONGER)
        assert time.monotonic() - start < 6 * LIMIT + PATIENT
        assert result.exit_code == 0
        assert len(other.asked) <= 3 + HASTY.connections
    assert result.stdout.splitlines()[-1] == (
        "pictures: 30 of 31 could not be fetched (the server does not answer: 30)"
    )
    lock = load_lock((tmp_path / "wiki" / LOCK_NAME).read_bytes())
    assert [row.name for row in lock.pictures] == [f"{wiki.url}/files/own.png"]


def test_one_clock_over_all_requests(wiki: Wiki, tmp_path: Path) -> None:
    """No answer is late by itself; a later run continues where this one stopped."""
    for number in range(40):
        wiki.write(f"p{number}")

    def late(handler: Handler) -> None:
        time.sleep(0.1)
        handler.reply(*wiki.answer(handler.path, dict(handler.headers)))

    wiki.fault = lambda path: late
    pace = replace(HASTY, run_timeout=1.5, time_per_request=0.01)
    result = pull(wiki, tmp_path / "wiki", pace=pace)
    assert result.exit_code == 2
    assert "so no more were sent: run the same command again to continue" in result.stderr
    assert len(wiki.asked_for("/v2/")) < 42
    for times in range(1, 40):  # a busy machine gets nowhere in the time of the first
        longer = replace(pace, run_timeout=pace.run_timeout * times)
        result = pull(wiki, tmp_path / "wiki", pace=longer)
        if result.exit_code == 0:
            break
    assert result.exit_code == 0, result.stderr
    assert len(wiki.asked_for("/v2/")) < 42


@pytest.mark.parametrize(
    "wait", ["9" * 400, "9" * 5000, "-1", "1e9", "Fri, 31 Dec 99999 23:59:59 GMT", "\xb2"]
)
def test_waits_that_are_none(wiki: Wiki, tmp_path: Path, wait: str) -> None:
    left = [1]

    def fault(path: str) -> Callable[[Handler], None] | None:
        if "/projects/" in path and left[0]:
            left[0] -= 1
            return lambda handler: handler.reply(429, {"Retry-After": wait}, b"")
        return None

    wiki.fault = fault
    result = pull(wiki, tmp_path / "wiki")
    assert result.exit_code == 0 or "the server asks to wait" in result.stderr


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"y" * 70_000,
        b"\r\n".join(b"X-%d: y" % number for number in range(2000)),
        b"Content-Length: " + b"9" * 5000,
        b"Content-Length: -1",
        b"Set-Cookie: " + b"a=b; " * 12_000,
        b"Location: http://[" + b"x" * 60_000,
        b"Content-Encoding: " + b"gzip, " * 9000,
        b"Transfer-Encoding: " + b"chunked, " * 6000,
    ],
    ids=lambda head: head[:18].decode("latin-1").partition("\r")[0],
)
@pytest.mark.parametrize("status", [200, 302, 503])
def test_odd_headers(wiki: Wiki, tmp_path: Path, status: int, head: bytes) -> None:
    def fault(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 %d X\r\n%s\r\n\r\n{}" % (status, head))

    wiki.fault = lambda path: fault if "/projects/" in path else None
    start = time.monotonic()
    result = pull(wiki, tmp_path / "wiki", pace=replace(SHORT, total_timeout=5))
    assert time.monotonic() - start < 5 + PATIENT
    assert result.exit_code == 2
    assert len(result.stderr) < 500


def test_an_error_of_two_gigabytes_is_not_read(wiki: Wiki, tmp_path: Path) -> None:
    sent = [0]

    def fault(handler: Handler) -> None:
        handler.send_response(503)
        handler.send_header("Connection", "close")
        handler.end_headers()
        block = b"[" * 1_000_000
        for _ in range(2000):
            handler.wfile.write(block)
            sent[0] += len(block)

    wiki.fault = lambda path: fault if "/projects/" in path else None
    result = pull(wiki, tmp_path / "wiki")
    assert "the answer is larger than 32 MB" in result.stderr
    assert sent[0] < 100_000_000


# -- a bound on every walk -------------------------------------------------------------


def listed(number: int) -> dict[str, object]:
    return {"id": f"{number:024x}", "title": f"p{number}", "updated": 1}


WALKS: dict[str, Callable[[int, int], tuple[int, list[int], int]]] = {
    # What a window has from index *skip* on, if it is the *number*th: count, pages, limit.
    "the count rises": lambda skip, number: (skip + 10, list(range(skip, skip + 5)), 5),
    "the count is a billion": lambda skip, number: (10**9, list(range(skip, skip + 5)), 5),
    "more than counted": lambda skip, number: (3, list(range(skip, skip + 5)), 5),
    "the same pages": lambda skip, number: (10**6, list(range(5)), 5),
    "one new page each": lambda skip, number: (10**6, [0, 1, 2, 3, skip + 9], 5),
    "no pages": lambda skip, number: (10**6, [], 5),
    "other pages each time": lambda skip, number: (9, list(range(number * 9, number * 9 + 5)), 5),
    "the count falls and rises": lambda skip, number: (
        10 + number % 2, list(range(skip, skip + 5)), 5
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WALKS)
def test_the_list_of_pages_has_an_end(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(listing, "MAX_WINDOWS", 50)
    numbers = iter(range(10**9))

    def window(query: dict[str, str]) -> dict[str, object]:
        count, pages, limit = WALKS[name](int(query.get("skip", "0")), next(numbers))
        return {"count": count, "limit": limit, "pages": [listed(page) for page in pages]}

    wiki._window = window  # type: ignore[assignment, method-assign]
    result = pull(wiki, tmp_path / "wiki")
    assert result.exit_code == 2
    assert "keeps changing" in result.stderr or "does not end" in result.stderr
    assert len(wiki.asked) <= 50 * 5 + 1
    assert wiki.asked_for("/v2/") == []


def test_an_answer_has_an_end(wiki: Wiki, tmp_path: Path) -> None:
    window = {"count": 5, "pages": [listed(number) for number in range(20_000)]}
    wiki._window = lambda query: window  # type: ignore[method-assign]
    assert "it is too long" in pull(wiki, tmp_path / "wiki").stderr


@pytest.mark.parametrize("kind", ["same cursor", "two cursors", "new cursors", "new pages"])
def test_the_list_of_links_has_an_end(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(api, "MAX_WINDOWS", 50)
    numbers = iter(range(10**9))

    def titles(query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        number = next(numbers)
        cursor = {"same cursor": 0, "two cursors": number % 2}.get(kind, number)
        id = number if kind == "new pages" else number % 2
        entries = [{"id": f"{id:024x}", "links": []}]
        return 200, {"X-following-id": f"c{cursor}"}, json.dumps(entries).encode()

    wiki._titles = titles  # type: ignore[method-assign]
    result = pull(wiki, tmp_path / "wiki", "--tag", "public")
    assert result.exit_code == 2
    assert "it does not end" in result.stderr
    assert len(wiki.asked) <= 60


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"lines":['])
def test_deep_answers(wiki: Wiki, tmp_path: Path, opening: str) -> None:
    for path in ("/projects/", "/pages/garden?", "/v2/", "/search/"):
        for closing in ("", "]" * 200_000):
            data = (opening * 200_000 + closing).encode()
            wiki.fault = lambda asked, path=path, data=data: (
                (lambda handler: handler.reply(200, {}, data)) if path in asked else None
            )
            result = pull(wiki, tmp_path / "wiki", "--exclude-tag", "x")
            assert result.exit_code == 2
            assert "it is not valid JSON" in result.stderr


# -- the credential --------------------------------------------------------------------

HALF = len(SECRET) // 2
SPELLINGS: dict[str, str] = {
    "as it is": SECRET,
    "in capitals": SECRET.upper(),
    "percent-encoded": "".join(f"%{ord(sign):02x}" for sign in SECRET),
    "percent-encoded twice": quote("".join(f"%{ord(sign):02X}" for sign in SECRET)),
    "escaped as in JSON": "".join(f"\\u{ord(sign):04x}" for sign in SECRET),
    "escaped as in HTML": "".join(f"&#x{ord(sign):x};" for sign in SECRET),
    "Base64": base64.b64encode(SECRET.encode()).decode(),
    "Base64 behind a word": base64.b64encode(f"token={SECRET}".encode()).decode(),
    "Base64 between words": base64.urlsafe_b64encode(f"ab{SECRET}yz".encode()).decode(),
    "hexadecimal": SECRET.encode().hex(),
    "with blanks": " ".join(SECRET),
    "with dashes": "-".join(SECRET),
    "with invisible signs": "\u200b\u034f".join(SECRET),
    "full-width": "".join(chr(ord(sign) + 0xFEE0) for sign in SECRET),
    "the first half": SECRET[:HALF],
    "the second half": SECRET[HALF:],
    "in a sentence": f"you are {SECRET}, are you?",
}


def squeezed(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign for sign in text if sign.isascii() and sign.isalnum())


def assert_hidden(text: str, spelled: str) -> None:
    core = squeezed(spelled.removeprefix("you are ").removesuffix(", are you?"))
    for at in range(len(core) - 11):
        assert core[at : at + 12] not in squeezed(text), text


def files_of(folder: Path) -> str:
    texts = [str(path) for path in folder.rglob("*")]
    texts += [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()]
    return "\n".join(texts)


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("place", ["project", "title", "text", "error", "listed title"])
def test_the_credential_comes_back(
    wiki: Wiki, tmp_path: Path, user_cache: Path, name: str, place: str
) -> None:
    spelled = SPELLINGS[name]
    real = wiki.answer
    wiki.public, wiki.token = False, ("x-personal-access-token", SECRET)

    def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        status, more, data = real(path, headers)
        value = json.loads(data)
        if place == "project" and "/projects/" in path:
            value["name"] = spelled.replace("/", "-")
        elif place == "listed title" and "/pages/garden?" in path:
            value["pages"][0]["title"] = spelled
        elif place == "title" and "/v2/" in path:
            value["title"] = spelled
        elif place == "text" and "/v2/" in path:
            value["lines"][1]["text"] = f"my key is {spelled}"
        elif place == "error" and "/v2/" in path:
            status, value = 418, {"name": "Teapot", "message": f"not {spelled}"}
        return status, more, json.dumps(value).encode()

    wiki.answer = answer  # type: ignore[method-assign]
    folder = tmp_path / "wiki"
    result = pull(wiki, folder, "--private", token=SECRET)
    assert_hidden(result.output, spelled)
    assert_hidden(files_of(tmp_path), spelled)
    assert_hidden(files_of(user_cache), spelled)
    if place in ("project", "listed title") or (place == "text" and "half" not in name):
        assert result.exit_code == 2
        assert "the answer contains the credential in SCRAPBOX_TOKEN" in result.stderr
    if place == "error":
        assert "418" in result.stderr


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_redactor_hides_and_keeps(name: str) -> None:
    redactor = Redactor(Credential(CredentialKind.TOKEN, SECRET))
    spelled = SPELLINGS[name]
    hidden = redactor.hide(f"before {spelled} after\nnext line")
    assert_hidden(hidden, spelled)
    assert hidden.startswith("before ")
    assert hidden.endswith(" after\nnext line")
    assert "…" in hidden
    assert redactor.is_in(f"before {spelled} after")


def test_the_redactor_leaves_other_text_alone() -> None:
    text = "種まき 50% of [a_b] \\u00e9 &amp; &#233; pat_ and SCRAPBOX_TOKEN\n\n"
    redactor = Redactor(Credential(CredentialKind.TOKEN, SECRET))
    assert redactor.hide(text) == text
    assert not redactor.is_in(text)
    assert Redactor(None).hide(SECRET) == SECRET
    short = Redactor(Credential(CredentialKind.TOKEN, "x1"))
    assert short.hide("a x1 b") == "a … b"
    session = Redactor(Credential(CredentialKind.SESSION, "s%3Aabcdefgh1234.xyz"))
    for text in ("s%3Aabcdefgh1234.xyz", "s:abcdefgh1234.xyz", "s%253Aabcdefgh1234.xyz"):
        assert session.hide(f"<{text}>") == "<…>"


def test_status_shows_no_credential(wiki: Wiki, tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    assert pull(wiki, folder).exit_code == 0
    lock = (folder / LOCK_NAME).read_text("utf-8")
    (folder / LOCK_NAME).write_text(lock.replace("Leaf mould", f"Leaf {SECRET}"), "utf-8")
    for form in ("human", "json"):
        args = ["status", str(folder), "--url", wiki.url, "--format", form]
        result = run_command(*args, env={"SCRAPBOX_TOKEN": SECRET}, code=1)
        assert_hidden(result.output, SECRET)
        if form == "json":
            assert json.loads(result.stdout)["counts"]["renamed"] == 1


# -- pictures --------------------------------------------------------------------------


def test_missing_pictures_in_one_line(wiki: Wiki, tmp_path: Path) -> None:
    wiki.icons["/garden/mio"] = 200, {}, PNG
    wiki.icons["/garden/html"] = 200, {}, b"<!DOCTYPE html>"
    icons = ["[mio.icon]", "[html.icon]", *(f"[no{number}.icon]" for number in range(3))]
    wiki.write("Talk", *icons)
    line = "pictures: 4 of 5 could not be fetched (404 Not Found: 3; a web page, not an image: 1)"
    for _ in range(2):  # the second pull requests none of them
        result = pull(wiki, tmp_path / "wiki", "--icons")
        assert result.stdout.splitlines()[1:] == [line]
    wiki.write("Talk", "[mio.icon]")
    assert len(pull(wiki, tmp_path / "wiki").stdout.splitlines()) == 1


# -- the same over other connections ---------------------------------------------------


@contextmanager
def dripping(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that begins its answer, or that to CONNECT, and never ends it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=drip, args=(connection,), daemon=True).start()

        def drip(connection: socket.socket) -> None:
            with suppress(OSError), ExitStack() as stack:
                stack.enter_context(connection)
                if context:
                    connection = context.wrap_socket(connection, server_side=True)
                    stack.enter_context(connection)
                connection.recv(10_000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Wait: ")
                while True:
                    connection.sendall(b"x")
                    time.sleep(PAUSE)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def assert_in_time(url: str, folder: Path, env: dict[str, str]) -> None:
    start = time.monotonic()
    args = ["pull", "garden", str(folder), "--url", url]
    result = run_command(*args, pace=SHORT, env=env)
    assert time.monotonic() - start < LIMIT + PATIENT
    assert "no complete answer within" in result.stderr
    deadline = time.monotonic() + PATIENT
    while any(thread.name == "scrapbox-request" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the request goes on"
        time.sleep(0.05)


def test_one_clock_with_a_handshake_without_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert_in_time(f"https://127.0.0.1:{server.getsockname()[1]}", tmp_path / "wiki", {})


@pytest.mark.skipif(not which("openssl"), reason="makes the certificate")
def test_one_clock_with_encryption(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=wiki", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with dripping(context) as port:
        env = {"REQUESTS_CA_BUNDLE": str(certificate)}
        assert_in_time(f"https://127.0.0.1:{port}", tmp_path / "wiki", env)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_one_clock_with_a_proxy(tmp_path: Path, scheme: str) -> None:
    with dripping() as port:
        env = {f"{scheme}_proxy": f"http://127.0.0.1:{port}", "no_proxy": ""}
        assert_in_time(f"{scheme}://wiki.example", tmp_path / "wiki", env)
