"""``sphinx-scrapbox init``: a site from a wiki project, an export or a folder of pages."""
