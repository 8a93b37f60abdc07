"""EPUB files that ``epubcheck`` accepts: names of files, and what Sphinx writes of them."""
