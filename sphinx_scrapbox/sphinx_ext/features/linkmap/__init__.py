"""``scrapbox:map``: a drawing of the pages around a page."""
