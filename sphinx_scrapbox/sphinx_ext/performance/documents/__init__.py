"""Shortcuts of what is done for each document: settings, nodes, copies in memory."""
