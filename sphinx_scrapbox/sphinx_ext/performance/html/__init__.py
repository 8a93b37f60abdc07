"""Shortcuts of the HTML builders while they write pages."""
