"""TODO: say what this file is."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, Self

import urllib3
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry


@dataclass(frozen=True, slots=True)
class Pace:
    """How a server is asked. Times are in seconds."""

    connections: int = 3
    per_second: float = 5.0
    """Requests, over all connections."""
    connect: float = 10.0
    """How long a connection may take to come about."""
    silence: float = 30.0
    """How long a server may say nothing."""
    whole: float = 300.0
    """How long a reply may take, from its first byte to its last."""
    retries: int = 4
    """How often a request is repeated after what may pass by itself."""
    backoff: float = 1.0
    """How long the first wait before a repetition is; each that follows is twice as long."""
    longest: float = 120.0
    """What a server may ask to wait for; if it asks for more, that is for another run."""
    failures: int = 5
    """After so many requests in a row that failed for good, no more are made."""


# -- when ------------------------------------------------------------------------------


class Stopped(Exception):
    """The client was closed while a request waited for its turn."""


class TooLong(Exception):
    """The server asks for more patience than one run has."""


class Throttle:
    """Gives each request its turn; a wait that a server asks of one is a wait for all."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._lock = threading.Lock()
        self._next = 0.0
        self._closed = threading.Event()

    def turn(self) -> None:
        while True:
            with self._lock:
                now = time.monotonic()
                if now >= self._next:
                    self._next = now + self._gap
                    break
                delay = self._next - now
            self.wait(delay)
        self.wait(0)

    def pause(self, seconds: float) -> None:
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
        self.wait(seconds)

    def close(self) -> None:
        self._closed.set()

    def wait(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise Stopped


class Patience(Retry):
    """urllib3's rules for trying again, with waits that all connections keep."""

    def __init__(self, *args: Any, throttle: Throttle, longest: float, **more: Any) -> None:
        super().__init__(*args, **more)
        self._throttle = throttle
        self._longest = longest

    def new(self, **more: Any) -> Self:
        return super().new(throttle=self._throttle, longest=self._longest, **more)

    def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
        asked = None
        if response is not None:
            try:
                asked = self.get_retry_after(response)
            except InvalidHeader:
                asked = None
            if asked is not None and asked > self._longest:
                response.release_conn()
                raise TooLong(duration(asked))
        # urllib3 would not wait at all before the first repetition.
        self._throttle.pause(asked or max(self.get_backoff_time(), self.backoff_factor))


def duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
