extensions = ["sphinx_scrapbox"]
project = "lists"
html_theme = "alabaster"
nitpicky = True
scrapbox_project = "orchard"
scrapbox_people = {"ana": {"name": "Ana Ruiz", "aliases": ["/cellar/ana"]}}
epub_copyright = "nobody"
version = "1"
