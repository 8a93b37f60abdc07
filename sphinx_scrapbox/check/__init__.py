"""Checks a folder of wiki pages: damaged text, broken links, titles and file names that clash.

:class:`Checker` is given the contents of pages and locks, and returns a :class:`Report`. A rule
that needs one page belongs in :mod:`.checker`, one that needs all pages in :mod:`.across_pages`;
its texts are in :mod:`.rules`. Repairs are only proposed: nothing here changes a file.
"""
