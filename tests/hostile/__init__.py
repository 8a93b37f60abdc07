"""Hostile text for every place of a wiki page, and what must not come of it."""
