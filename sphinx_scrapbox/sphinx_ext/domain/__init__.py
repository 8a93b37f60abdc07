"""The domain ``scrapbox``: what it keeps of documents, and how links find them."""
