"""Writers: one per notation, each from :class:`~sphinx_scrapbox.page.Page` to text."""
