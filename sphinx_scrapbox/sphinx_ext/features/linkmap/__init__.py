"""``scrapbox:map``: the pages around a page, drawn."""
