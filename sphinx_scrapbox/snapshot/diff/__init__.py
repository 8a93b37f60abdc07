"""What changed between two snapshots of a wiki: pages, and the lines of those that changed.

Pages are known by id, else by title, by file, at last by what they say; lines by id, else by
text. A difference is told as a reader of the wiki would tell it: a line was added, taken out or
edited, a block went elsewhere or to another level. It is complete: :func:`apply` makes the
new rows of the old ones.

Nothing here is quadratic in the length of a page. Where the exact way would be, a plainer one is
taken: the difference stays true, and may only be longer than need be.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
