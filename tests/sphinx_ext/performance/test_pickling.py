"""What a process that reads documents sends back."""

from __future__ import annotations

import os
import pickle
from copy import copy, deepcopy
from pathlib import Path

from sites import Site, page

from sphinx_scrapbox.sphinx_ext.performance.pickling import TrackingDict

HERE = {"scrapbox_project": "garden-en"}


def sent_by_a_child(table: TrackingDict[int]) -> dict[str, int]:
    """What arrives of *table* from a process that put two entries into it."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        table["new"] = 1
        table.update(newer=2)
        table["gone"] = 3
        del table["gone"]
        os.write(theirs, pickle.dumps((len(table), table)))
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        size, sent = pickle.load(pipe)
    os.waitpid(child, 0)
    assert size == 4  # while it reads, it has all of them
    assert type(sent) is dict
    return dict(sent)


def test_a_process_sends_what_it_put_there() -> None:
    table = TrackingDict({"old": 0})
    table.setdefault("older", -1)
    assert sent_by_a_child(table) == {"new": 1, "newer": 2}
    assert pickle.loads(pickle.dumps(table)) == {"older": -1}


def test_copies_are_whole() -> None:
    table = TrackingDict({"old": 0})
    for made in (copy(table), deepcopy(table), table.copy(), dict(table)):
        assert type(made) is dict
        assert made == {"old": 0}


def test_tables_are_whole_after_reading(tmp_path: Path) -> None:
    files = {f"wiki/{n}.md": page(f"Page {n}", f"To [[Page {n + 1}]].") for n in range(60)}
    built = Site(tmp_path / "src", {"index.md": "# Index\n", **files}).build(parallel=4, **HERE)
    env = built.app.env
    tables = (env.titles, env.longtitles, env.tocs, env.domaindata["scrapbox"]["facts"])
    for table in tables:
        assert isinstance(table, dict)
        assert not isinstance(table, TrackingDict)
        assert len(table) >= 60
    assert env.titles["wiki/59"].astext() == "Page 59"
