"""Lists of pages, wanted pages, people and translations, and the indices."""
