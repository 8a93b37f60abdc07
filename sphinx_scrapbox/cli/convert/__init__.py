"""``sphinx-scrapbox convert``: pages from one format to another."""
