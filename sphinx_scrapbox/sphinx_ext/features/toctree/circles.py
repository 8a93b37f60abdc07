"""Leave out entries that would make a circle of toctrees."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from sphinx_scrapbox.sphinx_ext.features.toctree.plan import DocumentToctrees

_Graph = dict[str, dict[str, None]]


def without_circles(
    toctrees: Mapping[str, DocumentToctrees],
    ordinary: Mapping[str, Iterable[str]],
    root: str,
    note: Callable[[str, str], None],
) -> dict[str, DocumentToctrees]:
    """*toctrees* without entries that lead back to their own document, by way of any toctrees.

    Sphinx fails over such toctrees, but for the shortest circles. Of a circle, the entry that is
    the farthest from the root goes.

    :param ordinary: the documents in all other toctrees, by the document that has these.
    :param note: called with the document and the target of each entry that is left out.
    """
    graph: _Graph = {name: dict.fromkeys(targets) for name, targets in ordinary.items()}
    kept: dict[str, DocumentToctrees] = {}
    seen: set[str] = set()
    for start in (root, *sorted(toctrees)):
        waiting = deque([start])
        while waiting:
            docname = waiting.popleft()
            if docname in seen:
                continue
            seen.add(docname)
            targets = graph.setdefault(docname, {})
            if docname in toctrees:
                dropped = set()
                for target in dict.fromkeys(entry for _, entry in toctrees[docname].entries()):
                    if _leads_to(graph, target, docname):
                        dropped.add(target)
                        note(docname, target)
                    else:
                        targets[target] = None
                kept[docname] = (
                    toctrees[docname].without(dropped) if dropped else toctrees[docname]
                )
            waiting.extend(targets)
    return dict(sorted(kept.items()))


def _leads_to(graph: _Graph, start: str, end: str) -> bool:
    waiting, seen = [start], set[str]()
    while waiting:
        docname = waiting.pop()
        if docname == end:
            return True
        if docname not in seen:
            seen.add(docname)
            waiting.extend(graph.get(docname, ()))
    return False
