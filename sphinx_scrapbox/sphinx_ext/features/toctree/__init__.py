"""Toctrees of the links of a wiki page, or of a list in a hand-written document."""
