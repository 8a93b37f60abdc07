"""What a pull survives: each fault at each request, and being killed at any moment.

The wiki is a real server on the loopback. ``pytest -s`` shows how much was tried.
"""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from commands import run_command
from folders import state
from wiki_server import HASTY, PNG, Handler, Wiki, serving

from sphinx_scrapbox.remote.pacing import Pace
from sphinx_scrapbox.remote.stage import user_cache
from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, load_lock

SECRET = "pat_6f1d0c2e9b7a4853"
Fault = Callable[[Handler], None]


def staged() -> list[Path]:
    """What waits for the next run of any pull."""
    folder = user_cache()
    assert folder
    return [path for path in folder.rglob("*") if path.is_file()]


IMPATIENT = replace(HASTY, read_timeout=0.15, total_timeout=0.25)
LESS_SO = replace(HASTY, read_timeout=0.3, total_timeout=1.5)
PATIENCE = (1, 4, 16)
"""How many times as long is waited, so that a slow machine does not look like a fault for ever."""


def more_patient(pace: Pace, times: int) -> Pace:
    read, total = pace.read_timeout * times, pace.total_timeout * times
    return replace(pace, read_timeout=read, total_timeout=total)


def pull(wiki: Wiki, folder: Path, *more: str, pace: Pace = HASTY) -> Result:
    wiki.asked.clear()
    wiki.headers.clear()
    args = ["pull", wiki.project, str(folder), "--url", wiki.url, *more]
    result = run_command(*args, pace=pace, env={"SCRAPBOX_TOKEN": SECRET})
    assert SECRET not in result.output
    return result


# -- each fault at each request --------------------------------------------------------


def reply(status: int, data: bytes, **headers: str) -> Fault:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.reply(status, names, data)


def error(status: int, name: str, **headers: str) -> Fault:
    # Some servers repeat in their message what they were sent.
    value = {"name": name, "message": f"no: {SECRET}\x1b[2J"}
    return reply(status, json.dumps(value).encode(), **headers)


def reset_at_once(handler: Handler) -> None:
    handler.reset()


def reset_within(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "')
    handler.reset()


def ends_too_soon(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "')


def broken_chunks(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b'9\r\n{"id": "\r\nzz\r\n')


def until_hung_up(handler: Handler) -> None:
    """Wait for the end of the connection; the client sends nothing more on it."""
    handler.connection.settimeout(60)
    handler.connection.recv(1)


def says_nothing(handler: Handler) -> None:
    until_hung_up(handler)


def falls_silent(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "')
    handler.wfile.flush()
    until_hung_up(handler)


def trickles(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(999):  # or until the client hangs up
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(IMPATIENT.read_timeout / 4)


def announces_two_gigabytes(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(2 * 10**9))
    handler.end_headers()
    handler.wfile.write(b"[" * 1000)


def sends_two_gigabytes(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    block = b"[" * 1_000_000
    for _ in range(2000):
        handler.wfile.write(block)


def redirects_with_two_gigabytes(handler: Handler) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Connection", "close")
    handler.end_headers()
    block = b"[" * 1_000_000
    for _ in range(2000):
        handler.wfile.write(block)


def unpacks_to_much(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(_bomb())))
    handler.end_headers()
    handler.wfile.write(_bomb())


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"[" * 1_000_000
    parts = [packer.compress(block) for _ in range(200)]
    return b"".join((*parts, packer.flush()))


# Those that may pass by themselves: a pull tries again.
PASSING: dict[str, Fault] = {
    "reset at once": reset_at_once,
    "reset within the body": reset_within,
    "body ends too soon": ends_too_soon,
    "broken chunks": broken_chunks,
    "no answer": says_nothing,
    "silence within the body": falls_silent,
    "429": error(429, "TooManyRequestsError"),
    "429, wait a moment": error(429, "TooManyRequestsError", Retry_After="0"),
    "429, wait till a date": error(
        429, "TooManyRequestsError", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"
    ),
    "429, wait nonsense": error(429, "TooManyRequestsError", Retry_After="soon"),
    "500": error(500, "InternalServerError"),
    "502 in HTML": reply(502, b"<html>Bad gateway</html>"),
    "503, wait a moment": error(503, "Unavailable", Retry_After="0"),
}
LASTING: dict[str, Fault] = {
    "429, wait for a day": error(429, "TooManyRequestsError", Retry_After="86400"),
    "trickle": trickles,
    "two gigabytes announced": announces_two_gigabytes,
    "two gigabytes sent": sends_two_gigabytes,
    "two gigabytes with a redirect": redirects_with_two_gigabytes,
    "two hundred megabytes unpacked": unpacks_to_much,
    "cut JSON": reply(200, b'{"id": "5", "lines": [{"te'),
    "wrong JSON": reply(200, b'{"ok": true}'),
    "a list, not an object": reply(200, b"[1, 2]"),
    "null": reply(200, b"null"),
    "deep JSON": reply(200, b"[" * 100_000),
    "a number of many digits": reply(200, b"9" * 10_000),
    "not UTF-8": reply(200, b'{"id": "\xff"}'),
    "packed as it is not": reply(200, b"{}", Content_Encoding="gzip"),
    "nothing": reply(200, b""),
    "204": reply(204, b""),
    "HTML": reply(200, b"<!DOCTYPE html><title>Log in</title>"),
    "400": error(400, "BadRequestError"),
    "401": error(401, "NotLoggedInError"),
    "403": error(403, "NotMemberError"),
    "404": error(404, "NotFoundError"),
    "418": error(418, "Teapot"),
    "to nowhere": reply(302, b"", Location="http://[x"),
    "to a file": reply(302, b"", Location="file:///etc/passwd"),
    "round and round": lambda handler: handler.reply(302, {"Location": handler.path}, b""),
}
TAKES_TIME = {says_nothing, falls_silent, trickles}
ELSEWHERE = "to another host"
REFUSED = "connection refused"


@pytest.fixture
def wiki() -> Iterator[Wiki]:
    with serving(Wiki(most=4)) as wiki:
        wiki.write("Compost", "#public see [Leaf mould]")
        wiki.write("Leaf mould", "[Tree] and [Nobody]")
        wiki.write("Tree", "#public")
        wiki.write("../../x", "a path")
        wiki.write("種まき", "#public")
        yield wiki


def later(wiki: Wiki) -> None:
    """What happens in the wiki after the first pull."""
    for page in list(wiki.pages.values())[:3]:
        wiki.write(f"{page.title} 2", "other", id=page.id)
    wiki.delete("種まき")
    wiki.write("..", "\x00")
    wiki.write("New", "words")


# What a message has to name, by a part of the address that was asked for.
NAMED = {
    "/projects/": "project 'garden'",
    "/search/titles": "the links between the pages of 'garden'",
    "/pages/garden?": "the list of pages of 'garden'",
    "/pages/v2/": "page '",
}
REMEDY = ("check ", "try again", "run the same command", "members only", "not valid",
          "not a member", "name it with", "MB", "redirects", "later")  # fmt: skip


@pytest.mark.long
def test_each_fault_at_each_request(
    tmp_path: Path, wiki: Wiki, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    choice = ["--exclude-tag", "none"]  # so that it asks what links where, too
    with serving(Wiki()) as other:
        faults = {
            **{name: (fault, True) for name, fault in PASSING.items()},
            **{name: (fault, False) for name, fault in LASTING.items()},
            ELSEWHERE: (reply(302, b"", Location=f"{other.url}/api/projects/garden"), False),
        }
        old = tmp_path / "old"
        pull(wiki, old, *choice)
        before = state(old)
        later(wiki)
        fresh = tmp_path / "fresh"
        _copy(before, fresh)
        assert pull(wiki, fresh, *choice).exit_code == 0
        after = state(fresh)
        requests = list(wiki.asked)
        assert len(requests) == 1 + 2 + 2 + 5  # project, list, links, pages
        tried = healed = 0
        for first in sorted(set(requests)):
            for name, (fault, passing) in faults.items():
                expected = next(NAMED[part] for part in NAMED if part in first)
                for permanent in (False, True) if passing else (True,):
                    folder = tmp_path / f"{tried}"
                    for patience in PATIENCE if fault in TAKES_TIME else (1,):
                        _copy(before, folder)
                        pace = IMPATIENT if permanent else LESS_SO
                        pace = more_patient(pace, patience) if fault in TAKES_TIME else HASTY
                        with faulty(wiki, first, fault, 10**9 if permanent else 1) as met:
                            result = pull(wiki, folder, *choice, pace=pace)
                        if met and (expected in result.stderr if permanent else not result.stderr):
                            break
                    where = f"{name} at {first}: {result.output}"
                    assert met, where
                    if not permanent:
                        assert result.exit_code == 0, where
                        assert state(folder) == after, where
                        healed += 1
                    elif name == "404" and "/v2/" in first:
                        assert result.exit_code == 0, where
                        assert "the next pull asks for it again" in result.stderr
                    else:
                        assert result.exit_code == 2, where
                        assert state(folder) == before, where
                        assert expected in result.stderr or "in time" in result.stderr, where
                        assert any(word in result.stderr for word in REMEDY), where
                        assert "Traceback" not in result.stderr
                        assert "\x1b" not in result.stderr
                    assert pull(wiki, folder, *choice).exit_code == 0
                    if name == "404" and "/v2/" in first:
                        # It went and came back, so it is a new page, by the name that it has now.
                        assert by_title(state(folder)) == by_title(after), where
                    else:
                        assert state(folder) == after, where
                    assert not staged()
                    tried += 1
        assert other.asked == []
    assert SECRET not in caplog.text
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()
    for folder in (tmp_path, tmp_path.parent):
        assert not [path for path in folder.iterdir() if path.suffix == ".scrapbox"]
    print(f"\nfaults: {tried} tried, all survived; {healed} of them passed within the pull")


@contextmanager
def faulty(wiki: Wiki, first: str, fault: Fault, times: int) -> Iterator[list[str]]:
    """Let requests for a path meet a fault so often; yields those that have met it."""
    met: list[str] = []

    def at(path: str) -> Fault | None:
        if path != first or len(met) == times:
            return None
        met.append(path)
        return fault

    wiki.fault = at
    try:
        yield met
    finally:
        wiki.fault = lambda path: None


def by_title(files: dict[str, bytes]) -> dict[str, bytes]:
    rows = load_lock(files[LOCK_NAME].decode()).pages
    assert len(files) == len(rows) + 1
    return {row.title: files[row.file] for row in rows}


def _copy(files: dict[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@pytest.mark.long
def test_each_fault_at_an_icon(
    tmp_path: Path, wiki: Wiki, caplog: pytest.LogCaptureFixture
) -> None:
    """The pages come all the same, and a later run gets the icon."""
    caplog.set_level(logging.DEBUG)
    wiki.pages.clear()
    wiki.icons["/garden/mio"] = 302, {"Location": "/files/x"}, b""
    wiki.files["/files/x"] = 200, {}, PNG
    wiki.write("Talk", "[mio.icon]")
    fresh = tmp_path / "fresh"
    assert pull(wiki, fresh, "--icons").exit_code == 0
    after = state(fresh)
    assert len(after) == 3  # a page, a lock and an icon
    tried = 0
    for path in ("/api/pages/garden/mio/icon", "/files/x"):
        for name, fault in {**PASSING, **LASTING}.items():
            folder = tmp_path / str(tried)
            wiki.fault = lambda asked, path=path, fault=fault: fault if asked == path else None
            pace = LESS_SO if fault in TAKES_TIME else HASTY
            result = pull(wiki, folder, "--icons", pace=pace)
            wiki.fault = lambda path: None
            where = f"{name} at {path}: {result.output}"
            assert result.exit_code == 0, where
            files = state(folder)
            assert [name for name in files if name.startswith("_files/")] == [], where
            assert {n: files[n] for n in files if n != LOCK_NAME} == {
                n: after[n] for n in after if n != LOCK_NAME and not n.startswith("_files/")
            }
            (row, *_) = (*load_lock(files[LOCK_NAME].decode()).pictures, None)
            if row is None:
                assert "icon /garden/mio: " in result.stderr, where
                assert "the next pull asks again" in result.stderr, where
                assert pull(wiki, folder, "--icons").exit_code == 0
            else:
                assert row.why, where
                assert "no: " not in row.why
                assert pull(wiki, folder, "--icons", "--refresh").exit_code == 0
            assert state(folder) == after, where
            tried += 1
    assert SECRET not in caplog.text
    print(f"\nfaults: {tried} tried at an icon, all survived")


_ODD: list[object] = [
    None, True, 0, -1, 1e300, 10**30, 1.5, "", "x", "../../etc", "\ud800", "a\nb", "\x00",
    "9" * 50, [], {}, [[]], [None], {"a": 1},
]  # fmt: skip


def _changed(value: Any, chance: random.Random) -> Any:
    """A value with one of its parts replaced or left out."""
    places: list[tuple[Any, Any]] = []
    queue = [value]
    while queue:
        part = queue.pop()
        inner = part.items() if isinstance(part, dict) else enumerate(part)
        for place, child in inner:
            places.append((part, place))
            if isinstance(child, dict | list):
                queue.append(child)
    if not places or chance.random() < 0.05:
        return chance.choice(_ODD)
    part, place = chance.choice(places)
    if isinstance(part, dict) and chance.random() < 0.2:
        del part[place]
    else:
        part[place] = chance.choice(_ODD)
    return value


@pytest.mark.long
def test_answers_of_any_shape(tmp_path: Path, wiki: Wiki) -> None:
    chance = random.Random(7)
    real = wiki.answer
    wrong = [False]

    def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        status, more, data = real(path, headers)
        if wrong[0] and chance.random() < 0.3:
            data = json.dumps(_changed(json.loads(data), chance)).encode()
        return status, more, data

    wiki.answer = answer  # type: ignore[method-assign]
    folder = tmp_path / "wiki"
    codes: Counter[int] = Counter()
    for number in range(60):
        choice = ["--exclude-tag", "none"] if number % 2 else []
        wiki.write("Compost", f"turned {number} times")
        wiki.write(f"New {number % 5}", str(number))
        before = state(folder)
        wrong[0] = True
        result = pull(wiki, folder, *choice)
        wrong[0] = False
        codes[result.exit_code] += 1
        assert "Traceback" not in result.output
        if result.exit_code:
            assert state(folder) == before, result.output
        assert pull(wiki, folder, *choice).exit_code == 0
        found = {
            row.id: row.title for row in load_lock((folder / LOCK_NAME).read_text("utf-8")).pages
        }
        assert found == {page.id: page.title for page in wiki.pages.values()}
    assert codes.keys() == {0, 2}
    print(f"\nfaults: 60 pulls with answers of odd shapes, {codes[2]} of them refused")


def test_refused_at_each_request(tmp_path: Path) -> None:
    """The server goes away, and comes back for the next run."""
    wiki = Wiki()
    for number in range(4):
        wiki.write(f"p{number}", "old")
    with serving(wiki):
        old = tmp_path / "old"
        pull(wiki, old)
        before = state(old)
        for number in range(4):
            wiki.write(f"p{number}", "new")
        port = int(wiki.url.rpartition(":")[2])
        fresh = tmp_path / "fresh"
        _copy(before, fresh)
        pull(wiki, fresh)
        after = state(fresh)
        requests = len(wiki.asked)
    for number in range(requests):
        folder = tmp_path / str(number)
        _copy(before, folder)
        with serving(wiki, port) as wiki, closing_at(wiki, number):
            # One connection, so that the nth request is always the same.
            result = pull(wiki, folder, pace=replace(HASTY, connections=1))
        assert result.exit_code == 2
        assert "check the address and the network" in result.stderr
        assert state(folder) == before
        with serving(wiki, port):
            assert pull(wiki, folder).exit_code == 0
            # What was fetched before is not asked for again.
            assert len(wiki.asked_for("/v2/")) == min(4, requests - number), number
        assert state(folder) == after
    print(f"\nfaults: {requests} times the connection was refused")


@contextmanager
def closing_at(wiki: Wiki, number: int) -> Iterator[None]:
    """Let the server vanish as its nth request arrives (from 0)."""
    count = iter(range(10**6))
    wiki.fault = lambda path: vanish if next(count) >= number else None
    try:
        yield
    finally:
        wiki.fault = lambda path: None


def vanish(handler: Handler) -> None:
    handler.server.socket.close()
    handler.reset()


# -- killed ----------------------------------------------------------------------------

PICTURES = ("--icons", "--images")
KILLS = int(os.environ.get("SCRAPBOX_KILLS", "15"))
_CODE = """
import sys
from sphinx_scrapbox.cli import main
from sphinx_scrapbox.remote.pacing import Pace
main(obj=Pace(per_second=5000, retries=1))
"""


@pytest.mark.long
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of POSIX")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """``SCRAPBOX_KILLS=200`` kills as often as that."""
    chance = random.Random(20)
    phases: Counter[str] = Counter()
    wiki = Wiki()
    for number in range(60):
        wiki.write(f"page {number}", *["old"] * 40)
    with serving(wiki):
        for number in range(5):
            wiki.icons[f"/garden/p{number}"] = 200, {}, PNG + bytes(number)
            image = f"/files/{number}.png"
            wiki.files[image] = 200, {}, PNG + bytes(100_000 + number)
            wiki.write(f"page {number}", f"[p{number}.icon] [{wiki.url}{image}]")
        old, fresh = tmp_path / "old", tmp_path / "fresh"
        pull(wiki, old, *PICTURES)
        before = state(old)
        for number in range(5):
            wiki.icons[f"/garden/p{number}"] = 200, {}, PNG + bytes(50 + number)
            wiki.write(f"p{number}", "another face")
        pages = list(wiki.pages.values())
        for page in pages[5:30]:
            wiki.write(page.title, *["new"] * 40)
        for page in pages[30:40]:
            wiki.write(f"{page.title} was it", "renamed", id=page.id)
        for page in pages[40:50]:
            wiki.delete(page.title)
        for number in range(20):
            wiki.write(f"later {number}", *["new"] * 40)
        _copy(before, fresh)
        pull(wiki, fresh, *PICTURES)
        after = state(fresh)
        assert sum(name.startswith("_files/") for name in after) == 10
        requests = len(wiki.asked)
        assert requests == 2 + 60 + 5  # list, pages, icons
        first = tmp_path / "first"
        pull(wiki, first, *PICTURES)
        requests_at_first = len(wiki.asked)
        environment = {**os.environ, "SCRAPBOX_TOKEN": SECRET}
        for attempt in range(KILLS):
            folder = tmp_path / str(attempt)
            known = attempt % 5 > 0
            expected = after if known else state(first)
            if known:
                _copy(before, folder)
            wiki.asked.clear()
            last = requests if known else requests_at_first
            # At any request; and as often after the last, where files change places.
            at = chance.randrange(1, last) if attempt % 2 else last
            reached = threading.Event()

            def count(path: str, at: int = at, reached: threading.Event = reached) -> None:
                if len(wiki.asked) >= at:
                    reached.set()

            wiki.before = count
            command = [sys.executable, "-P", "-c", _CODE]
            command += ["pull", "garden", str(folder), "--url", wiki.url, *PICTURES]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
            )
            assert reached.wait(120)
            time.sleep(chance.random() * (0.01 if attempt % 2 else 0.06))
            process.kill()
            output, _ = process.communicate(timeout=120)
            assert SECRET.encode() not in output
            wiki.before = lambda path: None
            between = state(folder)
            phase = "fetching" if staged() else "done"
            if any(name.startswith(".scrapbox-unpack/") for name in between):
                phase = "writing"
            phases[phase] += 1
            for name, data in between.items():
                if name == LOCK_NAME:
                    load_lock(data.decode())
                if "/" not in name or name.startswith("_files/"):
                    assert data == expected.get(name) or (known and data == before.get(name)), name
            if known:
                assert before.keys() & after.keys() <= between.keys()
            assert pull(wiki, folder, *PICTURES).exit_code == 0
            assert not staged()
            assert state(folder) == expected
    told = ", ".join(f"{number} {phase}" for phase, number in sorted(phases.items()))
    print(f"\nkilled {KILLS} times ({told}): each time the next run made it whole")
