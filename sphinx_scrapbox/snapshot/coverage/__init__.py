"""Which pages of a wiki are translated: from pages with their sources to figures and lists."""
