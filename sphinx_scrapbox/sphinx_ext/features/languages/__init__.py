"""Fonts and line breaks for pages and words of another language."""
