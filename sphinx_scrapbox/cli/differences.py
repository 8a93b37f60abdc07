"""What is told of the differences between the wiki and a folder."""

from __future__ import annotations

import json

from ..client import printable
from ..snapshot import Comparison, State
from .terminal import say


def tell_comparison(comparison: Comparison, *, left_out: int, as_json: bool = False) -> None:
    """Each page that is not the same in the wiki as here, and the numbers."""
    counts = {state.value: comparison.count(state) for state in State}
    different = [one for one in comparison.differences if one.state is not State.SAME]
    different.sort(key=lambda one: (list(State).index(one.state), one.title))
    if as_json:
        rows = [
            {"state": one.state.value, "title": one.title} | ({"was": one.was} if one.was else {})
            for one in different
        ]
        say(json.dumps({"version": 1, "counts": counts, "pages": rows}, indent=2))
        return
    for one in different:
        before = f"{one.was} -> " if one.was else ""
        say(printable(f"{one.state.value:<8} {before}{one.title}", most=1000))
    words = [f"{count} {state}" for state, count in counts.items()]
    if left_out:
        words.append(f"{left_out} left out")
    say(", ".join(words))
