"""Addresses of servers: which can be requested, and what of them may be shown."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def server_of(url: str) -> str:
    """The scheme, host and port of an address of a server, such as ``https://wiki.example``.

    :raises ValueError: if it is not an address of a server, or has more parts; the message
        completes "the address …".
    """
    parts = split_address(url)
    if parts is None:
        raise ValueError("must begin with https:// or http:// and name a host")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user name or a password")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must end after the host")
    return _origin(parts)


def split_address(url: str) -> SplitResult | None:
    """The parts of an address of HTTP or HTTPS; None for anything else."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in DEFAULT_PORTS and parts.hostname and (parts.port or 1)
    except ValueError:
        return None
    return parts if good and not re.search(r"[\s\\\x00-\x1f]", url) else None


def _origin(parts: SplitResult) -> str:
    """Scheme, host, and the port unless it is the default."""
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    is_default = parts.port in (None, 0, DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{parts.port}")


def is_on(origin: str, url: str) -> bool:
    """Whether *url* is on the server *origin*: same scheme, host and port."""
    parts = split_address(url)
    return parts is not None and _origin(parts) == origin


def redirect_target(url: str, location: str) -> str:
    """The address that a redirect leads to; empty if it is not an address."""
    try:
        target = urljoin(url, location)
    except ValueError:
        return ""
    return target if split_address(target) else ""


def server_name(url: str) -> str:
    """The server of an address, without the parts that may be secret."""
    parts = split_address(url)
    return _origin(parts) if parts else "no address"
