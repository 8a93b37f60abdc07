"""``scrapbox-redirects.json``: the old names of pages that were renamed, and their new ones.

Names are paths without suffix, relative to the folder of the file, with forward slashes. A build
finds the file beside the pages or in a folder above, and writes a redirect for each old name.

.. code-block:: json

   {
    "version": 1,
    "redirects": {
     "Why not?": "Why not-"
    }
   }
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sphinx_scrapbox.formats.untrusted_json import InvalidJsonError, load_json
from sphinx_scrapbox.wiki.text import NOT_XML, without_surrogates

REDIRECTS_NAME = "scrapbox-redirects.json"
_VERSION = 1
_MAX_DEPTH = 10


class RedirectsError(ValueError):
    """The text is not a file of redirects of this version; the message says why."""


def load_redirects(text: str | bytes) -> dict[str, str]:
    """The new name of each old one. The text is not trusted: anyone may have written it.

    :raises RedirectsError: if it is not valid, or a name leads out of the folder.
    """
    try:
        value = load_json(text, max_depth=_MAX_DEPTH)
    except InvalidJsonError as error:
        raise RedirectsError(str(error)) from error
    if not isinstance(value, dict) or value.get("version") != _VERSION:
        raise RedirectsError(f"not a file of redirects of version {_VERSION}")
    redirects = value.get("redirects", {})
    if not isinstance(redirects, dict):
        raise RedirectsError('"redirects" is not an object')
    for name in (*redirects, *redirects.values()):
        if not isinstance(name, str) or not _is_path(name):
            raise RedirectsError(f"not the name of a page in this folder: {name!r}")
    return redirects


def _is_path(name: str) -> bool:
    is_text = not NOT_XML.search(name) and without_surrogates(name) == name
    return is_text and all(part not in ("", ".", "..") for part in name.split("/"))


def dump_redirects(redirects: Mapping[str, str]) -> str:
    """The text of a file of redirects; equal redirects give equal text."""
    value = {"version": _VERSION, "redirects": dict(sorted(redirects.items()))}
    return f"{json.dumps(value, ensure_ascii=False, indent=1)}\n"


def followed(redirects: Mapping[str, str], moves: Mapping[str, str]) -> dict[str, str]:
    """*redirects* and *moves*, each leading to the newest name.

    >>> followed({"a": "b", "c": "d"}, {"b": "c"})
    {'a': 'c', 'b': 'c'}
    """
    current = {old: moves.get(new, new) for old, new in redirects.items()} | dict(moves)
    names = set(moves.values())
    return {old: new for old, new in current.items() if old not in names}
