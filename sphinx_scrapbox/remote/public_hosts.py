"""Addresses that a page names may be anybody's: which of them a program may ask.

Whoever writes in a wiki could otherwise make the machine that pulls it ask its own network: a
router, a database, the service that hands out a cloud's credentials. So only hosts with public
addresses are asked, which is looked at twice: by name, and at the connection itself, because a
name may lead elsewhere a moment later.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

# Other networks' addresses inside one of IPv6: a translator's, and those of old tunnels.
_TRANSLATED = IPv6Network("64:ff9b::/96")


class OutsideError(HTTPError):
    """A host must not be asked, or is not known; ``lasting`` if that will not pass by itself."""

    def __init__(self, why: str, *, lasting: bool = True) -> None:
        super().__init__(why)
        self.lasting = lasting


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network.

    >>> is_public("8.8.8.8"), is_public("127.0.0.1"), is_public("::ffff:169.254.169.254")
    (True, False, False)
    """
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _TRANSLATED:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def check(url: str) -> None:
    """Look whether the host of *url* may be asked.

    :raises OutsideError: if not, or if there is no telling.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_proxied(parts.scheme, host):
        with suppress(ValueError):
            _check_address(host)
        return  # the proxy knows the network, and nobody else may
    try:
        found = socket.getaddrinfo(host, parts.port or parts.scheme, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OutsideError("the name of the host is none") from None
    except socket.gaierror as error:
        lasting = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
        raise OutsideError("no such host is known", lasting=lasting) from None
    except OSError:
        raise OutsideError("no such host is known", lasting=False) from None
    for *_, place in found:
        _check_address(str(place[0]))


def _check_address(address: str) -> None:
    if not is_public(address):
        raise OutsideError("the host lies in a network that is not public, so it is not asked")


def _is_proxied(scheme: str, host: str) -> bool:
    return scheme in getproxies() and not proxy_bypass(host)


# -- at the connection -----------------------------------------------------------------


def _checked(made: socket.socket) -> socket.socket:
    try:
        _check_address(str(made.getpeername()[0]))
    except BaseException:
        made.close()
        raise
    return made


class _OutsideHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _OutsideHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn())


class _OutsideHTTPPool(HTTPConnectionPool):
    ConnectionCls = _OutsideHTTPConnection


class _OutsideHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _OutsideHTTPSConnection


class OutsideAdapter(HTTPAdapter):
    """Connects to public addresses only; a proxy is asked as it is."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _OutsideHTTPPool,
            "https": _OutsideHTTPSPool,
        }
