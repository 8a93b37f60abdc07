/* Sphinx's search does not quote docnames in its links; a page may be named "Why?". Some themes load
   the index before this script. */
if (typeof Search === "object" && Search.setIndex) {
  const quote = (index) => {
    index.docnames = index.docnames.map((name) =>
      name.split("/").map(encodeURIComponent).join("/"));
    return index;
  };
  const setIndex = Search.setIndex;
  if (Search.hasIndex?.()) quote(Search._index);
  else Search.setIndex = (index) => setIndex(quote(index));
}

/* Search results show text of wiki pages. MathJax leaves out these classes; for KaTeX, signs with
   which a formula begins are parted from what follows by an empty element. */
{
  const results = document.getElementById("search-results");
  const sign = /[\\$`](?!$)/;
  const part = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const at = text.data.search(sign);
      if (at < 0) continue;
      text.splitText(at + 1);
      text.after(document.createElement("span"));
    }
  };
  /* The language of the page that a result leads to, if it is not that of the site. */
  const languageOf = (link) => {
    const { content_root: root } = document.documentElement.dataset;
    const start = new URL(root ?? "./", document.baseURI).pathname;
    const address = new URL(link.href, document.baseURI);
    if (address.origin !== location.origin || !address.pathname.startsWith(start)) return "";
    const path = address.pathname.slice(start.length);
    const suffix = DOCUMENTATION_OPTIONS.LINK_SUFFIX ?? DOCUMENTATION_OPTIONS.FILE_SUFFIX;
    const names = DOCUMENTATION_OPTIONS.BUILDER === "dirhtml"
      ? [path.replace(/\/$/, ""), `${path}index`]
      : [path.endsWith(suffix) ? path.slice(0, path.length - suffix.length) : path];
    for (const quoted of names) {
      const name = decodeURIComponent(quoted);
      const run = scrapboxLanguages.find(([, first, last]) => first <= name && name <= last);
      if (run) return run[0];
    }
    return "";
  };
  const mark = () => {
    if (typeof scrapboxLanguages === "undefined") return;
    for (const result of results.querySelectorAll("li:not([data-scrapbox-known])")) {
      const link = result.querySelector("a[href]");
      if (!link) continue;
      result.dataset.scrapboxKnown = "";
      const language = languageOf(link);
      if (language) result.lang = language;
    }
  };
  results?.classList.add("tex2jax_ignore", "mathjax_ignore");
  if (results) {
    new MutationObserver((changes) => {
      mark();
      for (const change of changes) part(change.target);
    }).observe(results, { childList: true, subtree: true });
  }
}

/* Sphinx fetches the page of every result for its summary. Here the first ten are fetched, and ten
   more whenever the last of these is in view of a reader who scrolls. */
if (
  typeof Search === "object" && Search.makeSearchSummary && Search.performSearch &&
  Search._parseQuery && DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY &&
  document.getElementById("search-results")
) {
  const STEP = 10;
  let terms = new Set();
  let highlighted = new Set();
  let waiting = [];
  let allowed = STEP;
  let number = 0;
  const scrolled = new Promise((resolve) =>
    addEventListener("scroll", resolve, { once: true, capture: true, passive: true }));
  const summarise = async (item) => {
    const [address, ...anchor] = item.querySelector("a").getAttribute("href").split("#");
    const { FILE_SUFFIX: file, LINK_SUFFIX: link } = DOCUMENTATION_OPTIONS;
    const isFile = link && address.endsWith(link) && DOCUMENTATION_OPTIONS.BUILDER !== "dirhtml";
    const path = isFile ? address.slice(0, address.length - link.length) + file : address;
    const isLast = ++number % STEP === 0;
    try {
      const html = await (await fetch(path)).text();
      const hash = anchor.length ? `#${anchor.join("#")}` : "";
      if (html) item.append(Search.makeSearchSummary(html, terms, hash) ?? "");
      if (typeof SPHINX_HIGHLIGHT_ENABLED !== "undefined" && SPHINX_HIGHLIGHT_ENABLED)
        for (const term of highlighted) _highlightText(item, term, "highlighted");
    } finally {
      if (isLast) await scrolled;
      if (isLast && item.isConnected) view.observe(item);
    }
  };
  const go = () => {
    while (allowed > 0 && waiting.length) {
      allowed--;
      summarise(waiting.shift());
    }
  };
  const view = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        view.unobserve(target);
        allowed += STEP;
      }
    go();
  });
  const performSearch = Search.performSearch;
  Search.performSearch = (query) => {
    [, terms, , highlighted] = Search._parseQuery(query);
    view.disconnect();
    waiting = [];
    allowed = STEP;
    number = 0;
    return performSearch(query);
  };
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  new MutationObserver((changes) => {
    for (const { addedNodes, target } of changes)
      if (target.matches("ul.search"))
        for (const item of addedNodes)
          /* Descriptions of objects, as those of a domain, stand in place of a summary. */
          if (item.matches?.("li") && item.querySelector("a") && !item.querySelector(":scope > span"))
            waiting.push(item);
    go();
  }).observe(document.getElementById("search-results"), { childList: true, subtree: true });
}

/* What a search result shows of its page: neither its title once more, nor drawings, with their
   initials, nor what is not searched for, and no runs of blanks in place of words. */
if (typeof Search === "object" && Search.htmlToText) {
  const htmlToText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    /* Themes built on PyData's have their buttons within the main part of the page. */
    const others =
      "svg, .no-search, .scrapbox-related, .scrapbox-age, .scrapbox-body > h1, .bd-header-article";
    for (const element of page.querySelectorAll(others)) element.remove();
    for (const name of page.querySelectorAll(".scrapbox-signature")) name.prepend(" ");
    return htmlToText(page.documentElement.outerHTML, anchor).replace(/\s+/g, " ");
  };
}

/* Words of scripts without blanks. Sphinx's index holds the text between two signs as one word, or,
   with Japanese or Chinese as its language, the words of a dictionary; its script finds parts of
   words of three letters or more, and only if no word is the query. So the documents of a query are
   put into the index before it is searched. */
if (typeof Search === "object" && Search.performTermsSearch) {
  const letter = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]/u;
  const letters = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]+/u;
  const han = /^[\p{scx=Han}]$/u;
  const get = (table, word) => (Object.hasOwn(table, word) ? [table[word]].flat() : []);
  const join = (into, files) => files.forEach((file) => into.add(file));

  /* The documents with a word that contains the query. */
  const within = (tables, query) => {
    const files = new Set();
    for (const table of tables)
      for (const word of Object.keys(table))
        if (word.includes(query)) join(files, get(table, word));
    return files;
  };

  /* The documents with words that give the query if put together: the end of one, whole words,
     and the beginning of one. Single letters that are not Han are in no index, so they may be
     anywhere; null stands for all documents. */
  const across = (tables, query) => {
    const signs = [...query];
    const files = within(tables, query);
    const part = (from, to) => signs.slice(from, to).join("");
    const ends = signs.map(() => new Set());
    const starts = signs.map(() => new Set());
    for (const table of tables)
      for (const word of Object.keys(table))
        for (let at = 1; at < signs.length; at++) {
          if (word.endsWith(part(0, at))) join(ends[at], get(table, word));
          if (word.startsWith(part(at))) join(starts[at], get(table, word));
        }
    const isAnywhere = (text) => [...text].length === 1 && !han.test(text);
    const both = (one, other) =>
      one && other ? new Set([...one].filter((file) => other.has(file))) : one || other;
    for (let at = 1; at < signs.length; at++) {
      if (isAnywhere(part(0, at))) ends[at] = null;
      for (let from = 1; from < at && ends[at]; from++) {
        const word = part(from, at);
        const inner = isAnywhere(word) ? null : new Set(tables.flatMap((table) => get(table, word)));
        const reached = both(ends[from], inner);
        if (reached) join(ends[at], reached);
      }
      const all = both(ends[at], isAnywhere(part(at)) ? null : starts[at]);
      if (all) join(files, all);
    }
    return files;
  };

  /* A word between letters of such scripts, as in "GPT4での要約", for a query that is a word. */
  const beside = (table, query, stem) => {
    const files = new Set(get(table, query));
    for (const word of Object.keys(table))
      if (word.includes(query) && letter.test(word))
        if (word.split(letters).some((part) => part && stem(part) === query))
          join(files, get(table, word));
    return files;
  };

  const performTermsSearch = Search.performTermsSearch;
  Search.performTermsSearch = (searched, excluded) => {
    const { terms, titleterms } = Search._index;
    const stemmer = new Stemmer();
    const words = [...searched].map((word) => {
      if (letter.test(word)) {
        const find = globalThis.scrapboxSplitsWords ? across : within;
        // Words of one or two letters are not required by Sphinx's script.
        const longer = word.padEnd(3, "_");
        const [inText, inTitles] = [find([terms, titleterms], word), find([titleterms], word)];
        terms[longer] = [...inText];
        titleterms[longer] = [...inTitles];
        return longer;
      }
      for (const table of [terms, titleterms])
        if (Object.hasOwn(table, word) || word.length < 3) {
          const files = beside(table, word, (part) => stemmer.stemWord(part));
          if (files.size) table[word] = [...files];
        }
      return word;
    });
    return performTermsSearch(new Set(words), excluded);
  };
}
