/* A filter, orders and a choice at random for long lists of wiki pages. The list is complete without
   this script; an index that is split into pages is filtered by means of a file of all pages, which
   is fetched when the filter is first used. */
(() => {
  const MOST = 200; // rows of that file that are shown
  const ROWS =
    ":is(ul.scrapbox-entries, ul.scrapbox-terms, ul.scrapbox-list) > li," +
    " table.scrapbox-list > tbody > tr, .scrapbox-list .sd-row > .sd-col";

  /* Text in which case, width, accents and the kind of kana do not count; voiced kana do. */
  const fold = (text) =>
    text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/(?![\u3099\u309a])\p{M}/gu, "")
      .replace(/[ァ-ヶヽヾ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
      .replaceAll("ß", "ss")
      .replaceAll("ς", "σ")
      .normalize("NFC");

  const textBefore = (row, end) => {
    const range = document.createRange();
    range.selectNodeContents(row);
    range.setEndBefore(end);
    return range.toString();
  };

  /* A row of the page, with its place in each order. */
  const entryOf = (row, at, keys) => {
    const note = row.querySelector(":scope > small");
    const link = row.querySelector("a[href]");
    const title = note ? textBefore(row, note) : (link ?? row).textContent;
    const entry = { row, link: link?.href, folded: fold(title), at };
    for (const [key, values] of Object.entries(keys)) entry[key] = values[at];
    entry.title = keys.title?.[at] ?? at;
    return entry;
  };

  const fetched = async (address) => {
    const root = new URL("../../", address);
    const pages = await (await fetch(address)).json();
    return pages.map(([title, path, updated, linked, language = ""], at) => ({
      text: title, link: new URL(path, root).href, language, folded: fold(title), at, title: at,
      updated, linked,
    }));
  };

  /* Titles in the order of the index, days and numbers from the highest on. */
  const sorted = (entries, key) => {
    const compare = (one, other) => {
      if (key === "title") return one.title - other.title;
      if (one[key] === other[key]) return 0;
      return one[key] > other[key] ? -1 : 1;
    };
    return key ? [...entries].sort((one, other) => compare(one, other) || one.at - other.at) : entries;
  };

  const setUp = (listing) => {
    const template = listing.querySelector(":scope > template");
    const controls = template.content.firstElementChild.cloneNode(true);
    const [filter, sort, random, output] = ["input", "select", "button", "output"].map((name) =>
      controls.querySelector(name));
    const named = (name) => `scrapbox${name[0].toUpperCase()}${name.slice(1)}`;
    const keys = {};
    for (const name of ["title", "updated", "linked", "counted"])
      if (named(name) in listing.dataset) keys[name] = JSON.parse(listing.dataset[named(name)]);
    const file = listing.dataset.scrapboxPages;
    const rows = [...listing.querySelectorAll(ROWS)];
    let entries = rows.map((row, at) => entryOf(row, at, keys));
    const initial = sort?.value ?? "";
    const homes = new Map(rows.map((row) => [row, row.parentElement]));
    const isIndex = listing.closest(".scrapbox-index") !== null;
    let results = null; // the one list in place of those of an index

    const matching = () => {
      const words = fold(filter.value).split(/\s+/).filter(Boolean);
      return entries.filter(({ folded }) => words.every((word) => folded.includes(word)));
    };

    const note = (row, key, value) => {
      row.querySelector(".scrapbox-sorted")?.remove();
      const isShown = key !== initial && ["updated", "linked"].includes(key) && value;
      if (row.localName !== "li" || !isShown) return;
      const small = document.createElement("small");
      small.className = "scrapbox-sorted";
      small.textContent = ` ${value}`;
      (row.querySelector(":scope > p") ?? row).append(small);
    };

    const rowOf = ({ text, link, language }) => {
      const row = document.createElement("li");
      const anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = text;
      if (language) anchor.lang = language;
      anchor.className = "tex2jax_ignore mathjax_ignore";
      row.append(anchor);
      return row;
    };

    /* The list of results stands in place of lists by letter, unless these are in order. */
    const update = async () => {
      if (file && entries.length === 0) entries = await fetched(new URL(file, document.baseURI));
      const key = sort?.value ?? "";
      const found = matching();
      const isChosen = filter.value.trim() !== "" || key !== initial;
      output.textContent = isChosen ? `${found.length} / ${entries.length}` : "";
      if (file) {
        const shown = isChosen ? sorted(found, key).slice(0, MOST) : [];
        results.replaceChildren(...shown.map((entry) => {
          const row = rowOf(entry);
          note(row, key, entry[key]);
          return row;
        }));
        results.hidden = !isChosen;
        return;
      }
      const kept = new Set(found);
      const isByLetter = isIndex && key === initial;
      for (const entry of sorted(entries, key)) {
        const { row } = entry;
        row.hidden = !kept.has(entry);
        note(row, key, entry[key]);
        (isIndex && !isByLetter ? results : homes.get(row)).append(row);
      }
      if (isIndex) {
        results.hidden = isByLetter;
        for (const list of new Set(homes.values())) {
          list.hidden = !isByLetter || ![...list.children].some((row) => !row.hidden);
          const heading = list.previousElementSibling;
          if (heading?.localName === "h2") heading.hidden = list.hidden;
        }
      }
    };

    const goAnywhere = (isStart = false) => {
      const go = (address) => (isStart ? location.replace(address) : location.assign(address));
      const choose = (things) => things[Math.floor(Math.random() * things.length)];
      if (file && entries.length === 0) {
        /* A page of the index, as often as it has entries; it chooses one of them. */
        const letters = [...document.querySelectorAll(".scrapbox-letters > li")];
        const letter = choose(letters.flatMap((item) =>
          Array(Number(item.querySelector("small").textContent)).fill(item)));
        const address = new URL(letter.querySelector("a").href);
        address.hash = "random";
        go(address);
        return;
      }
      const entry = choose(matching().filter(({ link }) => link));
      if (entry) go(entry.link);
    };

    if (file || isIndex) {
      results = document.createElement("ul");
      results.className = "scrapbox-entries";
      results.hidden = true;
      listing.append(results);
    }
    if (file && !/^https?:$/.test(location.protocol))
      for (const part of [filter, sort]) part.closest("label").remove();
    filter.addEventListener("input", update);
    filter.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    sort?.addEventListener("change", update);
    random?.addEventListener("click", () => goAnywhere());
    template.replaceWith(controls);
    listing.classList.add("scrapbox-ready");
    if (location.hash === "#random" && isIndex) goAnywhere(true);
    else if (filter.value || (sort && sort.value !== initial)) update();
  };

  document.querySelectorAll(".scrapbox-handled").forEach(setUp);
})();
