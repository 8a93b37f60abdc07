/* The search page of a site that Pagefind searches. The address holds the words and the filters.
   Pagefind's own scripts and the pieces of its index are loaded with the first query. */
{
  const page = document.querySelector(".scrapbox-search");
  const form = page.querySelector("form");
  const list = page.querySelector("ol");
  const status = page.querySelector("[role=status]");
  const more = page.querySelector(".scrapbox-search-more");
  const filters = form.querySelector("details");
  const texts = JSON.parse(page.dataset.texts);
  const selects = [...form.querySelectorAll("select")];
  const values = selects.filter((select) => select.name !== "kind");
  const PER_STEP = 10;
  const VALUES = 1000;
  /* Every document has this character in its metadata; without a word, the whole index is loaded. */
  const EVERY = "\u{2a6a5}";

  /* Each of these characters is a word of the index, with blanks around that are not of the text;
     a soft hyphen stands for one that is. */
  const sign =
    /[\u3001-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uffef\u{20000}-\u{3ffff}]/u;
  const signs = new RegExp(`(?:${sign.source})+`, "gu");
  const between = new RegExp(`(?<=${sign.source}) | (?=${sign.source})| (?=\u00ad)|(?<=\u00ad) `, "gu");
  const joined = (text) => text.replace(between, "").replaceAll("\u00ad", " ");

  /* What is searched for: the rest of the words, and phrases, each of which has to be found. */
  const queries = (words) => {
    const phrases = [];
    const note = (text) => (phrases.push(`"${[...text].join(" ")}"`), " ");
    const rest = words
      .replace(/"([^"]+)"/g, (_all, text) => {
        phrases.push(`"${text.replace(signs, (part) => ` ${[...part].join(" ")} `).trim()}"`);
        return " ";
      })
      .replace(signs, note)
      .trim();
    return rest ? [rest, ...phrases] : phrases;
  };

  let pagefind;
  const load = async () => {
    const address = new URL(`${page.dataset.bundle}pagefind.js`, document.baseURI);
    pagefind ??= import(address.href).then(async (module) => {
      // A worker would load its own copy of the program.
      await module.options({ excerptLength: 40, baseUrl: "/", noWorker: true });
      await module.init();
      return module;
    });
    return pagefind;
  };

  /* Values of a filter that are spelled alike are one. */
  const spellings = { tag: new Map(), person: new Map(), language: new Map() };
  const alike = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s_]+/g, " ");
  const languageName = (tag) => {
    try {
      return new Intl.DisplayNames([page.dataset.language], { type: "language" }).of(tag);
    } catch {
      return tag;
    }
  };
  const fillFilters = async () => {
    const all = await (await load()).filters();
    for (const select of values) {
      const known = spellings[select.name];
      known.clear();
      const counts = new Map();
      for (const [text, count] of Object.entries(all[select.name] ?? {})) {
        const name = alike(text);
        known.set(name, [...(known.get(name) ?? []), text]);
        counts.set(name, (counts.get(name) ?? 0) + count);
      }
      const chosen = select.value;
      const names = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
      const shown = names.slice(0, VALUES);
      if (chosen && !shown.includes(chosen)) shown.push(chosen);
      const first = select.options[0];
      select.replaceChildren(
        first,
        ...shown.map((name) => {
          const text = known.get(name)?.[0] ?? name;
          return new Option(select.name === "language" ? languageName(text) : text, name);
        }),
      );
      select.value = chosen;
      select.parentElement.hidden = names.length < (select.name === "language" ? 2 : 1) && !chosen;
    }
  };
  let filled;
  const fill = () => (filled ??= fillFilters());

  const search = async (words) => {
    const engine = await load();
    if (values.some((select) => select.value)) await fill();
    const wanted = {};
    for (const select of values)
      if (select.value)
        wanted[select.name] = { any: spellings[select.name].get(select.value) ?? [select.value] };
    const asked = queries(words);
    const searches = asked.length ? asked : [EVERY];
    const found = (query, more) => engine.search(query, { filters: { ...wanted, ...more } });
    const [first, ...others] = await Promise.all(searches.map((query) => found(query)));
    const scores = others.map(({ results }) => new Map(results.map(({ id, score }) => [id, score])));
    const results = first.results.filter(({ id }) => scores.every((score) => score.has(id)));
    for (const result of results)
      for (const score of scores) result.score += score.get(result.id);
    if (scores.length) results.sort((one, other) => other.score - one.score);
    /* Only documents that are no wiki pages have this filter; they come first. */
    const guide = new Set((await found(searches[0], { guide: "1" })).results.map(({ id }) => id));
    const [above, below] = [true, false].map((is) =>
      results.filter(({ id }) => guide.has(id) === is));
    const kind = form.elements.kind.value;
    return [...(kind === "wiki" ? [] : above), ...(kind === "guide" ? [] : below)];
  };

  /* Text with marks; what a formula begins with is parted from what follows, for KaTeX. */
  const appendText = (element, text) => {
    for (const part of text.split(/(?<=[\\$`])(?=.)/su))
      element.append(part, document.createElement("span"));
    element.lastChild.remove();
  };
  const appendExcerpt = (element, excerpt) => {
    const pieces = excerpt.split(/<\/?mark>/);
    let text = "";
    const marked = [];
    pieces.forEach((piece, at) => {
      const plain = piece.replaceAll("&lt;", "<").replaceAll("&gt;", ">");
      if (at % 2) marked.push([text.length, text.length + plain.length]);
      text += plain;
    });
    /* Blanks between signs go after the marks are known, so that these stay where they are. */
    const isMarked = new Array(text.length).fill(false);
    for (const [start, end] of marked) isMarked.fill(true, start, end);
    const goes = new Set([...text.matchAll(between)].map(({ index }) => index));
    let run = "";
    let was = false;
    const flush = () => {
      if (!run) return;
      const target = was ? element.appendChild(document.createElement("mark")) : element;
      appendText(target, run.replaceAll("\u00ad", " "));
      run = "";
    };
    for (let at = 0; at < text.length; at++) {
      if (goes.has(at)) continue;
      if (isMarked[at] !== was) {
        flush();
        was = isMarked[at];
      }
      run += text[at];
    }
    flush();
  };

  const link = (address, text) => {
    const anchor = document.createElement("a");
    anchor.href = address;
    appendText(anchor, joined(text));
    return anchor;
  };
  const show = (data) => {
    const item = document.createElement("li");
    const [address, image] = data.anchors.filter(({ element }) => element === "i");
    const root = new URL(page.dataset.root, document.baseURI);
    const target = new URL(address?.id ?? "", root).href;
    if (image?.id) {
      const picture = item.appendChild(new Image());
      Object.assign(picture, { alt: "", loading: "lazy", decoding: "async" });
      picture.src = new URL(image.id, root).href;
    }
    item.append(link(target, data.meta.title));
    const language = data.filters.language?.[0];
    if (language && language !== page.dataset.language) item.lang = language;
    const text = item.appendChild(document.createElement("p"));
    appendExcerpt(text, data.excerpt);
    const parts = data.sub_results.filter(({ anchor }) => anchor).slice(0, 3);
    if (parts.length) {
      const links = item.appendChild(document.createElement("ul"));
      for (const { anchor, title } of parts) {
        const part = links.appendChild(document.createElement("li"));
        part.append(link(`${target}#${encodeURIComponent(anchor.id)}`, title));
      }
    }
    return item;
  };

  let run = 0;
  let results = [];
  const showNext = async (isFirst) => {
    const own = run;
    const next = results.slice(list.children.length, list.children.length + PER_STEP);
    const items = (await Promise.all(next.map((result) => result.data()))).map(show);
    if (own !== run) return;
    list.append(...items);
    more.hidden = list.children.length >= results.length;
    if (!isFirst) items[0]?.querySelector("a").focus();
  };
  const say = (text) => (status.textContent = text);
  const start = async () => {
    const own = ++run;
    const words = form.elements.q.value.trim();
    list.replaceChildren();
    results = [];
    more.hidden = true;
    say("");
    if (!words && !values.some((select) => select.value)) return;
    say(texts.searching);
    try {
      const found = await search(words);
      if (own !== run) return;
      results = found;
      await showNext(true);
    } catch (error) {
      console.error(error);
      if (own === run) say(`${texts.failed} ${location.protocol === "file:" ? texts.file : ""}`);
      return;
    }
    if (own !== run) return;
    const count = results.length;
    say(count > 1 ? texts.many.replace("{count}", count) : count ? texts.one : texts.none);
  };

  const read = () => {
    const asked = new URLSearchParams(location.search);
    form.elements.q.value = asked.get("q") ?? "";
    for (const select of selects) {
      const value = asked.get(select.name) ?? "";
      const name = select.name === "kind" ? value : alike(value);
      if (name && ![...select.options].some((option) => option.value === name))
        if (select.name !== "kind") select.add(new Option(value, name));
      select.value = name;
    }
    filters.open ||= selects.some((select) => select.value);
    start();
  };
  const write = () => {
    const given = [...new FormData(form)].filter(([, value]) => value);
    history.pushState(null, "", `?${new URLSearchParams(given)}`);
    start();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    write();
  });
  for (const select of selects) select.addEventListener("change", write);
  filters.addEventListener("toggle", () => {
    if (filters.open) fill().catch(() => say(texts.failed));
  });
  more.addEventListener("click", () => showNext(false));
  addEventListener("popstate", read);
  read();
}
