"""What changed between two snapshots of a wiki: pages, and the lines of pages.

Pages are matched by id, else by title, by file, and last by content; lines by id, else by text. A
difference is described as a reader would: lines were added, removed or edited, or a block was
moved or indented. It is complete: the new rows can be made of the old ones and the changes.

No algorithm here is quadratic in the length of a page. Above a limit, a simpler one takes over:
the difference stays correct, but may be longer than necessary.

:mod:`.model` holds the types, :mod:`.pages` compares snapshots, :mod:`.lines` pages, and
:mod:`.words` rows.
"""
