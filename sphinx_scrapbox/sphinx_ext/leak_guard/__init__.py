"""``scrapbox_deny``: pages that are not built, and a scan of all that was written."""
