"""Sphinx extension that brings the pages of a Scrapbox (Cosense) wiki into documentation."""

__version__ = "0.1.0"
