"""The commands that compare translations with their sources."""
