"""Reports on the difference of two snapshots: for a terminal, as Markdown, JSON or an Atom feed.

The text of a wiki is not trusted: each format escapes it in its own way.
"""
