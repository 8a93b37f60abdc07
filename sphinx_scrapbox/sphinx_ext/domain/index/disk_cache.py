"""Tables over all documents that are cached in files beside the doctrees.

A table is used again as long as nothing that it depends on has changed: its key, and the names and
languages of documents, which no local change touches (see :mod:`.history`). Other versions of this
package make their own.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from weakref import WeakSet

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox import __version__
from sphinx_scrapbox.snapshot.transaction import write_file
from sphinx_scrapbox.sphinx_ext.domain.index.history import (
    change_since,
    digest,
    state_of_documents,
)
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.inventories import inventories_of, state_of_inventories

_T = TypeVar("_T")

_ALL_READ: WeakSet[BuildEnvironment] = WeakSet()
"""The environments of which all documents are read."""


def note_all_read(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: from now on, tables are those of all documents."""
    _ALL_READ.add(env)


def cached_on_disk(env: BuildEnvironment, name: str, key: object, compute: Callable[[], _T]) -> _T:
    """What *compute* returns, or returned in an earlier build.

    :param name: the name of the table.
    :param key: plain data on which it depends beside the documents.
    """
    if env not in _ALL_READ:
        return compute()
    path = Path(env.doctreedir, f"scrapbox-{name}.pickle")
    key_digest, documents = digest((__version__, key)), state_of_documents(env.all_docs)
    head = f"{key_digest} {documents}\n".encode()
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    cached_head, _newline, pickled = data.partition(b"\n")
    words = cached_head.decode("ascii", "replace").split(" ")
    if words[0] == key_digest and change_since(env, words[-1]) is not None:
        cached: _T = pickle.loads(pickled)
        if words[-1] != documents:
            write_file(path, head + pickled)
        return cached
    table = compute()
    write_file(path, head + pickle.dumps(table, pickle.HIGHEST_PROTOCOL))
    return table


def languages_key(env: BuildEnvironment) -> object:
    """What tables of languages depend on beside the documents."""
    values = ((value.name, value.value) for value in env.config)
    own = [value for value in values if value[0].startswith("scrapbox_")]
    others = state_of_inventories(inventories_of(env))
    return sorted(own), env.config.language, source_folder(env).snapshots.all(), others
