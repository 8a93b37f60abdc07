"""Readers: one per notation, each from text to :class:`~sphinx_scrapbox.page.Page`."""
