"""Shortcuts through internals of Sphinx and docutils that only save time or memory.

The output is the same without them: ``scrapbox_fast = False`` switches all of them off, and each
steps aside by itself, with one debug message, where the internals do not look as it knows them.
"""
