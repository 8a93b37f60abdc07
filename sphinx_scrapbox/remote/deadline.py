"""One clock for a whole request: name resolution, connections, headers, body, redirects, retries.

A timeout of a socket limits one operation: a server that sends one byte every few seconds never
exceeds it. So each request runs in a thread of its own. If it takes too long, the caller continues
without it, and its connection is shut down, which ends the thread.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from typing import Any, Generic, TypeVar

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_Result = TypeVar("_Result")


class TimeIsUpError(Exception):
    """The call did not end in time."""


class TimedCall(Generic[_Result]):
    """A call in a thread of its own, which another thread can end at any moment."""

    def __init__(self, call: Callable[[], _Result]) -> None:
        self._call = call
        self._outcome: Future[_Result] = Future()
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None

    def run(self, seconds: float) -> _Result:
        """The result of the call.

        :raises TimeIsUpError: if it is not there after *seconds*.
        """
        threading.Thread(target=self._work, name="scrapbox-request", daemon=True).start()
        if not wait((self._outcome,), seconds).done:
            self.stop(TimeIsUpError())
        return self._outcome.result()

    def stop(self, error: Exception) -> None:
        """Let :meth:`run` raise *error*, unless it has a result."""
        with self._lock, suppress(InvalidStateError):
            self._outcome.set_exception(error)
            _shut_down(self._connection)

    def use(self, connection: socket.socket | None) -> None:
        """Note which connection to shut down; None when the call does not use it any more."""
        with self._lock:
            self._connection = connection
            if self._outcome.done():
                _shut_down(connection)

    @property
    def is_over(self) -> bool:
        """Whether nobody waits for the result any more."""
        return self._outcome.done()

    def _work(self) -> None:
        _THREAD.call = self
        try:
            result = self._call()
        except BaseException as error:
            with suppress(InvalidStateError):
                self._outcome.set_exception(error)
        else:
            with suppress(InvalidStateError):
                self._outcome.set_result(result)


_THREAD = threading.local()


def _use(connection: socket.socket | None) -> None:
    """Note the connection that the call of this thread uses."""
    if call := getattr(_THREAD, "call", None):
        call.use(connection)


def release_connection() -> None:
    """The call of this thread has read its answer: others may use the connection now."""
    _use(None)


def check_deadline() -> None:
    """Check that somebody waits for the call of this thread.

    :raises TimeIsUpError: if nobody does.
    """
    call = getattr(_THREAD, "call", None)
    if call and call.is_over:
        raise TimeIsUpError


def _shut_down(connection: socket.socket | None) -> None:
    """End what another thread reads from a connection, without changing its TLS state."""
    if connection is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)


class TimedHTTPConnection(HTTPConnection):
    """A connection that ends with the call that uses it."""

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        _use(connection)
        return connection

    def _tunnel(self) -> None:
        super()._tunnel()
        check_deadline()  # where the answer of a proxy was cut off, no encryption may begin

    def request(self, *args: Any, **more: Any) -> None:
        if self.sock is not None:  # open already, or encrypted since
            _use(self.sock)
        super().request(*args, **more)


class TimedHTTPSConnection(TimedHTTPConnection, HTTPSConnection):
    """The same with TLS."""


class _TimedHTTPPool(HTTPConnectionPool):
    ConnectionCls = TimedHTTPConnection


class _TimedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = TimedHTTPSConnection


_POOLS = {"http": _TimedHTTPPool, "https": _TimedHTTPSPool}


class TimedAdapter(HTTPAdapter):
    """Sends requests over connections that end with the call that uses them."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **more)
        if not proxy.lower().startswith("socks"):  # has connections of its own
            manager.pool_classes_by_scheme = _POOLS
        return manager
