"""``scrapbox:changes``: what changed since a revision or an earlier snapshot, and feeds of it."""
