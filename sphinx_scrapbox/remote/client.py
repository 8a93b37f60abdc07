"""An HTTP client that is polite to the wiki and does not trust it.

Polite: few connections, a limited rate, a user agent, and waits as the server asks. After several
failed requests in a row it stops. Careful: replies are limited in size, each request and all of
them together in time, and the credential is sent to the configured server only, whatever redirects
say, is in no message, and comes back in no answer that is kept.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util import Retry

from sphinx_scrapbox import __version__
from sphinx_scrapbox.remote import addresses, errors, pacing, public_hosts
from sphinx_scrapbox.remote.credentials import Credential, CredentialKind, Redactor
from sphinx_scrapbox.remote.deadline import (
    TimedAdapter,
    TimedCall,
    TimeIsUpError,
    release_connection,
)
from sphinx_scrapbox.remote.errors import ClientError, ClosedError, OtherServerError, StopError

USER_AGENT = f"sphinx-scrapbox/{__version__} (+https://github.com/sphinx-scrapbox/sphinx-scrapbox)"

_TEMPORARY = (429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
_BLOCK = 1 << 16
_MAX_REDIRECTS = 5
_MAX_METADATA = 1_000_000  # bytes
_DOTS = re.compile(r"/%2E(?:%2E)?(?=[/?]|$)")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")
_Result = TypeVar("_Result")


class _Session(requests.Session):
    """A session that ignores redirects: requests would read the body of one without a limit."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Reply(NamedTuple):
    """A complete answer; ``url`` is the address after redirects."""

    status: int
    data: bytes
    headers: Mapping[str, str]
    url: str


class _Request(NamedTuple):
    """The parameters of :meth:`Client.get`."""

    what: str
    max_bytes: int
    accept: str
    any_host: bool
    anonymous: bool

    @property
    def advice(self) -> str:
        """The end of a message about answers that no wiki gives."""
        return "" if self.any_host else ": check --url"


class Client:
    """Sends GET requests to one server, and to others that it names.

    Safe to use from up to ``pace.connections`` threads. Close it after use.

    :param origin: the wiki's server, as :func:`.addresses.server_of` returns it.
    """

    def __init__(
        self, origin: str, credential: Credential | None = None, pace: pacing.Pace | None = None
    ) -> None:
        self.origin = origin
        self.pace = pace = pace or pacing.Pace()
        self._credential = credential
        self._redactor = Redactor(credential)
        parts = urlsplit(origin)
        is_safe = parts.scheme == "https" or _LOOPBACK.fullmatch(parts.hostname or "")
        if credential and not is_safe:
            raise StopError(
                "",
                f"{credential.kind.value} would be sent to {origin} without encryption: "
                "use an address that begins with https://",
            )
        self._throttle = pacing.Throttle(pace.per_second)
        self._failures = 0
        self._requests = 0
        self._spent = 0.0
        """Seconds, over all requests."""
        self._calls: set[TimedCall[Reply]] = set()
        self._lock = threading.Lock()
        self._retry_wiki = self._retry(pace.retries)
        self._retry_others = self._retry(min(pace.retries, 1))
        self._session = _Session()
        self._session.headers["User-Agent"] = USER_AGENT
        # Needed even without a credential: requests would look for one in ~/.netrc.
        self._session.auth = self._add_credential
        # No cookie of a server is kept.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._mount(f"{origin}/", TimedAdapter)
        for scheme in addresses.DEFAULT_PORTS:
            self._mount(f"{scheme}://", public_hosts.PublicHostsAdapter)

    def _add_credential(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._credential and addresses.is_on(self.origin, request.url or ""):
            name, value = self._credential.header
            request.headers[name] = value
        return request

    def _mount(self, prefix: str, adapter: type[TimedAdapter]) -> None:
        # Without retries: urllib3 would read the whole body of a failed request first.
        connections = self.pace.connections
        self._session.mount(prefix, adapter(pool_maxsize=connections, pool_block=True))

    def _retry(self, retries: int) -> pacing.PacedRetry:
        return pacing.PacedRetry(
            total=retries,
            other=0,  # for example an untrusted certificate
            redirect=False,
            status_forcelist=_TEMPORARY,
            allowed_methods={"GET"},
            backoff_factor=self.pace.backoff,
            backoff_max=self.pace.max_wait,
            backoff_jitter=self.pace.backoff / 10,
            raise_on_status=False,
            throttle=self._throttle,
            max_wait=self.pace.max_wait,
        )

    @property
    def kind(self) -> CredentialKind | None:
        """The kind of credential that is sent, if any."""
        return self._credential.kind if self._credential else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._session.close()

    def stop(self) -> None:
        """End all waits and requests; pending ones end with :class:`StopError`."""
        self._throttle.close()
        with self._lock:
            calls = tuple(self._calls)
        for call in calls:
            call.stop(pacing.Stopped())

    def get(
        self,
        url: str,
        check: Callable[[Reply], _Result],
        *,
        what: str,
        max_bytes: int,
        accept: str = "application/json",
        any_host: bool = False,
        anonymous: bool = False,
    ) -> _Result:
        """Request *url* and return what *check* makes of the answer, whatever its status.

        :param check: returns a value, or raises :class:`ClientError` for an unexpected answer.
        :param what: what is requested, in words, for messages.
        :param max_bytes: the size limit of the answer.
        :param any_host: whether *url* and redirects may lead to any public host.
        :param anonymous: whether to send no credential.
        :raises ClientError: if there is no answer, or *check* raises it.
        """
        self._check_limits()
        ask = _Request(what, max_bytes, accept, any_host, anonymous)
        try:
            reply = self._in_time(url, ask)
            if reply.status == HTTPStatus.OK:
                # Of a large picture only the text at its beginning, where metadata is.
                data = reply.data[:_MAX_METADATA] if any_host else reply.data
                self.refuse_credential(what, data.decode("utf-8", "replace"))
            result = check(reply)
        except (StopError, OtherServerError):
            raise
        except ClientError as error:
            self._count(failed=not (error.permanent or isinstance(error, errors.MissingError)))
            raise
        self._count(failed=False)
        return result

    def _check_limits(self) -> None:
        with self._lock:
            if self._failures >= self.pace.failures:
                raise StopError(
                    "",
                    f"{self._failures} requests in a row failed, so no more were sent: "
                    "try again later",
                )
            limit = self.pace.run_timeout + self._requests * self.pace.time_per_request
            if self._spent > limit:
                raise StopError(
                    "",
                    f"{self._requests} requests took {pacing.duration(self._spent)}, so no more "
                    "were sent: run the same command again to continue, or use a lower --rate",
                )
            self._requests += 1

    def refuse_credential(self, what: str, text: str, *, least: int = 12) -> None:
        """Check that an answer does not send the credential back, or it would be published.

        :param least: how many characters in a row count as a part of it.
        :raises StopError: if it does.
        """
        if self.kind and self._redactor.is_in(text, least=least):
            raise StopError(
                what,
                f"the answer contains the credential in {self.kind.value}, so it was not kept: "
                "remove it from the wiki, and replace it by a new one",
            )

    def _count(self, *, failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0

    def _in_time(self, url: str, ask: _Request) -> Reply:
        """The answer of :meth:`_follow`, within the time for one request."""
        hops = [url]
        call = TimedCall(partial(self._follow, hops, ask))
        start = time.monotonic()
        try:
            self._throttle.turn()
            start = time.monotonic()
            with self._lock:
                self._calls.add(call)
            return call.run(self.pace.total_timeout)
        except pacing.Stopped:
            raise ClosedError(ask.what, "interrupted") from None
        except TimeIsUpError:
            limit = pacing.duration(self.pace.total_timeout)
            why = f"no complete answer within {limit}: try again later"
            error = ClientError if addresses.is_on(self.origin, hops[-1]) else OtherServerError
            raise error(ask.what, why) from None
        finally:
            with self._lock:
                self._calls.discard(call)
                self._spent += time.monotonic() - start

    def _follow(self, hops: list[str], ask: _Request) -> Reply:
        """The answer for the last address of *hops*, to which those of redirects are added."""
        for _ in range(_MAX_REDIRECTS + 1):
            url = hops[-1]
            if addresses.is_on(self.origin, url):
                reply = self._send_repeatedly(url, ask, self._retry_wiki)
            elif ask.any_host:
                reply = self._ask_other_server(url, ask)
            else:
                raise StopError(
                    ask.what,
                    f"{self.origin} redirects to {addresses.server_name(url)}; "
                    "if the wiki has moved there, name it with --url",
                )
            location = reply.headers.get("Location")
            if not (300 <= reply.status < 400 and location):
                return reply
            target = addresses.redirect_target(url, _utf8(location))
            if not target:
                why = f"{addresses.server_name(url)} redirects to something that is not an address"
                raise ClientError(ask.what, why + ask.advice, permanent=ask.any_host)
            self._throttle.turn()
            hops.append(target)
        why = f"more than {_MAX_REDIRECTS} redirects"
        raise ClientError(ask.what, why + ask.advice, permanent=ask.any_host)

    def _ask_other_server(self, url: str, ask: _Request) -> Reply:
        """Request an address on another server, whose faults are not the wiki's."""
        if addresses.split_address(url) is None:
            raise OtherServerError(ask.what, "this is not an address", permanent=True)
        try:
            public_hosts.check(url)
            return self._send_repeatedly(url, ask, self._retry_others)
        except public_hosts.HostNotAllowedError as error:
            raise OtherServerError(ask.what, str(error), permanent=error.permanent) from None
        except ClientError as error:
            raise OtherServerError(ask.what, error.why, permanent=error.permanent) from None

    def _send_repeatedly(self, url: str, ask: _Request, retry: Retry) -> Reply:
        while True:
            raw, cause, why = None, None, ""
            try:
                with closing(self._send(url, ask)) as response:
                    raw = response.raw
                    data = self._read(response, ask)
                release_connection()
                reply = Reply(response.status_code, data, response.headers, url)
                if not retry.is_retry("GET", reply.status) or not retry.total:
                    return reply
            except public_hosts.HostNotAllowedError:
                raise
            except (requests.RequestException, HTTPError) as error:
                why = errors.reason_of(error, addresses.server_name(url))
                cause = errors.cause_in_urllib3(error)
                if cause is None:
                    raise ClientError(ask.what, why) from None
            try:
                retry = retry.increment("GET", None, response=raw, error=cause)
                retry.sleep(None if cause else raw)
                self._throttle.turn()
            except MaxRetryError:
                raise ClientError(ask.what, why) from None
            except pacing.WaitTooLong as error:
                message = f"the server asks to wait {error}: run the same command again after that"
                raise StopError(ask.what, message) from None

    def _send(self, url: str, ask: _Request) -> requests.Response:
        session = self._session
        auth = (lambda request: request) if ask.anonymous else None
        request = session.prepare_request(
            requests.Request("GET", url, {"Accept": ask.accept}, auth=auth)
        )
        if _DOTS.search(url):
            request.url = url  # requests would resolve a page title of dots as path segments
        settings = session.merge_environment_settings(request.url, {}, True, None, None)
        timeout = (self.pace.connect_timeout, self.pace.read_timeout)
        return session.send(request, allow_redirects=False, timeout=timeout, **settings)

    def _read(self, response: requests.Response, ask: _Request) -> bytes:
        """The decompressed body, limited in size."""
        too_much = ClientError(
            ask.what, f"the answer is larger than {ask.max_bytes / 1e6:.0f} MB", permanent=True
        )
        if (response.raw.length_remaining or 0) > ask.max_bytes:
            raise too_much
        blocks, size = [], 0
        while block := response.raw.read1(_BLOCK, decode_content=True):
            size += len(block)
            if size > ask.max_bytes:
                raise too_much
            blocks.append(block)
            self._throttle.wait(0)
        return b"".join(blocks)

    def hide(self, text: str) -> str:
        """Text that is safe to show: on one line, cut, and without the credential."""
        return errors.printable(self._redactor.hide(errors.printable(text, max_length=10_000)))

    def hide_credential(self, text: str) -> str:
        """*text* without the credential."""
        return self._redactor.hide(text)


def _utf8(header: str) -> str:
    """A header as UTF-8 where it is: http.client decodes all headers as Latin-1."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
