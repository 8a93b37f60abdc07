"""Shortcuts of builds after an edit: less is looked at, sent and saved of what did not change."""
