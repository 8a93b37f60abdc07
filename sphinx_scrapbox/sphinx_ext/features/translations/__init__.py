"""Pages in several languages: their versions, how old a translation is, and links."""
