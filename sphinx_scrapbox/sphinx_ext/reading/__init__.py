"""Parsers of pages, and the directives that make the same nodes as pages do.

New here: a kind of source file, or syntax for hand-written documents. What shows something of
other documents is a feature.
"""
