"""The documentation of sphinx-scrapbox, which is also its largest example."""

import os
import sys
from pathlib import Path

import sphinx_scrapbox

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "sphinx-scrapbox"
author = "The sphinx-scrapbox contributors"
copyright = f"2026, {author}"
version = release = sphinx_scrapbox.__version__

extensions = [
    "sphinx_scrapbox",
    "sphinx_design",  # cards and tabs
    "showcase",  # local extension: examples, and references generated from the source
    "measured",  # local extension: figures of benchmarks
    "language_switch",  # local extension: links between English and Japanese
]
exclude_patterns = ["_build", "_ext", "_kept", "locale", "Thumbs.db", ".DS_Store"]
nitpicky = True
# Types of other packages and type variables; our own types are checked.
nitpick_ignore_regex = [("py:.*", r"(?!sphinx_scrapbox\.).*|.*\._\w+")]

# Examples show what formulas with unknown commands look like.
suppress_warnings = ["scrapbox.formula"]

# -- the wiki ------------------------------------------------------------------------------

scrapbox_project = "example-garden-en"
scrapbox_link_documents = True
scrapbox_people = {
    "mio": {
        "name": "Mio",
        "image": "people/mio.svg",
        "aliases": ["/example-garden/mio", "Mio Hayashi"],
    },
    "/tool-shed/Ken Ito": {"name": "Ken Ito (tool shed)"},
    "gpt": "GPT",
}
scrapbox_icon_path = ["icons"]
scrapbox_languages = {("example-garden", "example-garden-en"): ("ja", "en")}
scrapbox_side_by_side = True
scrapbox_data_files = True
scrapbox_page_directives = ["note", "tip"]
# These pages show what a link to a page becomes that nobody has written.
scrapbox_missing = {
    "how-to/links": "wiki",
    "how-to/related-pages": "wiki",
    "explanation/links": "wiki",
}
scrapbox_deny = {"titles": ["The garden's bank account"], "tags": ["internal"], "emails": True}

# -- hand-written pages --------------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# -- translations --------------------------------------------------------------------------

# One catalogue a page, without places, so that a change of one page changes no other catalogue.
locale_dirs = ["locale"]
gettext_compact = False
gettext_location = False

# -- HTML ----------------------------------------------------------------------------------

html_theme = "furo"
html_title = f"sphinx-scrapbox {release}"
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", "")
html_static_path = ["_static"]
html_css_files = ["docs.css"]

# -- PDF and EPUB --------------------------------------------------------------------------

# XeLaTeX can typeset every script for which there is a font.
latex_engine = "xelatex"
latex_use_xindy = False  # makeindex is part of every TeX distribution
latex_elements = {
    "fontpkg": r"""
\IfFontExistsTF{FreeSerif}{\setmainfont{FreeSerif}}{}
\IfFontExistsTF{FreeSans}{\setsansfont{FreeSans}}{}
\IfFontExistsTF{FreeMono}{\setmonofont{FreeMono}}{}
""",
    "preamble": r"""
\IfFontExistsTF{Noto Sans CJK JP}{%
  \IfFileExists{xeCJK.sty}{%
    \usepackage{xeCJK}
    \setCJKmainfont{Noto Sans CJK JP}
    \setCJKsansfont{Noto Sans CJK JP}
    \setCJKmonofont{Noto Sans CJK JP}
  }{}%
}{}
""",
}
# Pages outside every toctree have to be appended to the PDF.
latex_appendices = texinfo_appendices = ["wiki/Seed catalogue", "wiki/Neighbouring gardens"]
epub_show_urls = "no"
epub_basename = "sphinx-scrapbox"
