"""Tables over all documents that are kept in files beside the doctrees.

A table is used again as long as nothing that it depends on has changed: its key, and the names and
languages of documents, which no local change touches (see :mod:`.history`). Other versions of this
package make their own.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar
from weakref import WeakSet

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sphinx_scrapbox import __version__
from sphinx_scrapbox.sphinx_ext.domain.index.history import change_since, state_of_documents
from sphinx_scrapbox.sphinx_ext.sources.folder import source_folder
from sphinx_scrapbox.sphinx_ext.sources.inventories import inventories_of, state_of_inventories

_T = TypeVar("_T")

_SETTLED: WeakSet[BuildEnvironment] = WeakSet()
"""The environments of which all documents are read."""


def note_settled(app: Sphinx, env: BuildEnvironment) -> None:
    """Handler of ``env-updated``: from now on, tables are those of all documents."""
    _SETTLED.add(env)


def kept_table(env: BuildEnvironment, name: str, key: object, compute: Callable[[], _T]) -> _T:
    """What *compute* returns, or returned in an earlier build.

    :param name: the name of the table.
    :param key: plain data on which it depends beside the documents.
    """
    if env not in _SETTLED:
        return compute()
    path = Path(env.doctreedir, f"scrapbox-{name}.pickle")
    documents = state_of_documents(env.all_docs)
    text = repr((__version__, key))
    digest = blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
    head = f"{digest} {documents}\n".encode()
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    saved, _newline, table = data.partition(b"\n")
    words = saved.decode("ascii", "replace").split(" ")
    if words[0] == digest and change_since(env, words[-1]) is not None:
        kept: _T = pickle.loads(table)
        if words[-1] != documents:
            _write(path, head + table)
        return kept
    computed = compute()
    _write(path, head + pickle.dumps(computed, pickle.HIGHEST_PROTOCOL))
    return computed


def tables_key(env: BuildEnvironment) -> object:
    """What tables of languages depend on beside the documents."""
    values = ((value.name, value.value) for value in env.config)
    own = [value for value in values if value[0].startswith("scrapbox_")]
    others = state_of_inventories(inventories_of(env))
    return sorted(own), env.config.language, source_folder(env).snapshots.all(), others


def _write(path: Path, data: bytes) -> None:
    new = path.with_name(f"{path.name}.{os.getpid()}")  # several processes may write one
    new.write_bytes(data)
    new.replace(path)
