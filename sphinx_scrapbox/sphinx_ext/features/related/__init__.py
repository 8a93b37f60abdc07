"""Related pages: the links of a page, its backlinks, and pages that share a link with it."""
