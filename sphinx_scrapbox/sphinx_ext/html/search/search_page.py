"""The search page of a site that Pagefind searches; ``search/pagefind.js`` fills in the results.

It takes the place of Sphinx's page of the same name, to which the search boxes of themes lead. It
is a page of the theme (``page.html``), so that Sphinx's search scripts are not loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Any

from sphinx.application import Sphinx
from sphinx.locale import _ as sphinx_text

from sphinx_scrapbox.sphinx_ext.domain.languages import site_language
from sphinx_scrapbox.sphinx_ext.html.assets import FOLDER
from sphinx_scrapbox.sphinx_ext.html.search.modes import uses_pagefind
from sphinx_scrapbox.sphinx_ext.html.search.pagefind_index import BUNDLE
from sphinx_scrapbox.sphinx_ext.i18n import _

_PAGE = "search"
_BODY = """\
<section id="search-documentation">
<h1>{title}</h1>
<noscript><p>{no_script}</p></noscript>
<search class="scrapbox-search tex2jax_ignore mathjax_ignore" data-root="{root}" \
data-bundle="{bundle}" data-language="{language}" data-texts="{texts}">
<form action="" method="get">
<p><label for="scrapbox-search-words">{words}</label></p>
<p class="scrapbox-search-line"><input type="search" id="scrapbox-search-words" name="q" \
autocomplete="off" spellcheck="false" /><button type="submit">{title}</button></p>
<details><summary>{filters}</summary>
<p class="scrapbox-search-filters">{selects}</p></details>
</form>
<p role="status"></p>
<ol class="scrapbox-search-results"></ol>
<button type="button" class="scrapbox-search-more" hidden>{more}</button>
</search>
</section>
"""


def fill_search_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> str | None:
    """Handler of ``html-page-context``: the template of the search page, and its content."""
    if pagename != _PAGE or doctree is not None or not uses_pagefind(app.env):
        return None
    context["title"] = sphinx_text("Search")
    context["body"] = _body(
        site_language(app.config), context["content_root"], context["pathto"](BUNDLE, 1)
    )
    context["metatags"] = (
        f'{context.get("metatags", "")}\n<meta name="robots" content="noindex" />'
    )
    app.add_css_file(f"{FOLDER}/search/pagefind.css")
    app.add_js_file(f"{FOLDER}/search/pagefind.js", defer="defer")
    return "page.html"


def _body(language: str, root: str, bundle: str) -> str:
    """The content of the page.

    :param root: the address of the site's root, relative to the page; *bundle* that of the index.
    """
    texts = {
        "none": _("No page was found."),
        "one": _("One page was found."),
        "many": _("{count} pages were found."),
        "searching": _("Searching …"),
        "failed": _("The search index could not be loaded."),
        "file": _("The search works on a web server only, not in files opened by a browser."),
    }
    kinds = (("guide", _("Without the wiki")), ("wiki", _("Wiki alone")))
    selects = "\n".join(
        (
            _select("kind", _("Pages"), _("All"), kinds),
            _select("tag", _("Tag"), _("Any")),
            _select("person", _("Person"), _("Any")),
            _select("language", _("Language"), _("Any")),
        )
    )
    shown = {
        "title": sphinx_text("Search"),
        "no_script": _("To search this site, turn on JavaScript."),
        "words": _("Words to search for"),
        "filters": _("Filters"),
        "more": _("More results"),
        "root": root,
        "bundle": f"{bundle}/",
        "language": language,
        "texts": json.dumps(texts, ensure_ascii=False),
    }
    escaped = {name: escape(text) for name, text in shown.items()}
    return _BODY.format(selects=selects, **escaped)


def _select(name: str, label: str, every: str, values: Iterable[tuple[str, str]] = ()) -> str:
    options = "".join(
        f'<option value="{value}">{escape(text)}</option>'
        for value, text in (("", every), *values)
    )
    return f'<label>{escape(label)} <select name="{name}">{options}</select></label>'
