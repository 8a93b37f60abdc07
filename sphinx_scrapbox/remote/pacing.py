"""How fast and how patiently a server is asked: rate, timeouts, retries."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import urllib3
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from sphinx_scrapbox.remote.deadline import check_deadline


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits of a client. Times are in seconds."""

    connections: int = 3
    per_second: float = 5.0
    """Requests, over all connections."""
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    """The longest time without a byte from the server."""
    total_timeout: float = 300.0
    """The longest time of a request, with its redirects, retries and the waits before these."""
    run_timeout: float = 900.0
    """The longest time that all requests may take together, added up over the connections..."""
    time_per_request: float = 3.0
    """... with this much more for each request."""
    retries: int = 4
    """How often a request is repeated after a temporary failure."""
    backoff: float = 1.0
    """The wait before the first retry; it doubles with each retry."""
    max_wait: float = 120.0
    """The longest wait that a server may ask for; if it asks for more, the run ends."""
    failures: int = 5
    """After this number of failed requests in a row, no more are sent."""


class Stopped(Exception):
    """The client was closed while a request waited."""


class WaitTooLong(Exception):
    """The server asks for a longer wait than ``Pace.max_wait``."""


class Throttle:
    """Limits the rate of requests; a wait that a server asks for holds for all connections."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._lock = threading.Lock()
        self._next = 0.0
        self._closed = threading.Event()

    def turn(self) -> None:
        """Wait until the next request may be sent.

        :raises Stopped: if the client is closed meanwhile.
        """
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
        """Send nothing for a time in seconds, over any connection, and wait for it."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + seconds)
        self.wait(seconds)

    def close(self) -> None:
        """End all waits, now and later."""
        self._closed.set()

    def wait(self, seconds: float) -> None:
        """Wait for a time in seconds.

        :raises Stopped: if the client is closed meanwhile.
        """
        if self._closed.wait(seconds):
            raise Stopped
        check_deadline()


class PacedRetry(Retry):
    """urllib3's retry rules, with waits that hold for all connections."""

    def __init__(self, *args: Any, throttle: Throttle, max_wait: float, **more: Any) -> None:
        super().__init__(*args, **more)
        self._throttle = throttle
        self._max_wait = max_wait

    def new(self, **more: Any) -> Self:
        return super().new(throttle=self._throttle, max_wait=self._max_wait, **more)

    def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
        asked = None
        if response is not None:
            # ValueError and OverflowError: a number of thousands of digits, or a date far off.
            with suppress(InvalidHeader, ValueError, OverflowError):
                asked = self.get_retry_after(response)
            if asked is not None and asked > self._max_wait:
                response.release_conn()
                raise WaitTooLong(duration(min(asked, 1e9)))
        # urllib3 would not wait before the first retry.
        self._throttle.pause(asked or max(self.get_backoff_time(), self.backoff_factor))


def duration(seconds: float) -> str:
    """A duration in words: ``90 seconds``, ``5 minutes``, ``3 hours``."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
