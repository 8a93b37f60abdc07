"""What the source of one page tells of others: who signs, and which project the page is of."""
