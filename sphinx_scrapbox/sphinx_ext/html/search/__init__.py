"""The search of the site: Sphinx's index, ranked and read by our scripts, or that of Pagefind."""
