extensions = ["sphinx_scrapbox"]
project = "wiki"
html_theme = "alabaster"
scrapbox_project = "garden-en"
scrapbox_people = {
    "hana": {"name": "Hana Mori", "aliases": ["/garden/hana"], "link": "https://example.org/hana"},
    "leaf": {"name": "Leaf bot", "image": "faces/leaf.svg"},
}
scrapbox_icon_path = ["icons"]
scrapbox_link_documents = True
scrapbox_missing = "wiki"
