"""``scrapbox:include``: wiki pages and parts of them in other documents."""
