/* Previews of wiki pages beside links to them: the page's title and first lines, from small files
   of the site that hold many pages each. A file is fetched when a link to one of its pages is first
   hovered or focused. There are none on touch screens, nor if the files cannot be fetched.
   Escape closes a preview; the pointer may move onto it and scroll it. */
(() => {
  if (!location.protocol.startsWith("http")) return;
  const SHOW_AFTER = 200;
  const HIDE_AFTER = 150;
  const hovers = matchMedia("(hover: hover)");
  const root = new URL(document.documentElement.dataset.content_root ?? "./", document.baseURI);
  const files = new Map();
  const when = (type, act) => document.addEventListener(type, act);
  let siteLanguage = ""; // that of pages whose preview names none
  let card; // the preview shown
  let shown; // the link that it belongs to
  let described; // that link's aria-describedby before
  let wanted; // the link whose preview is about to open
  let timer;
  let point; // the position of the pointer

  const get = (name) => {
    if (!files.has(name)) {
      const address = new URL(`_static/sphinx_scrapbox/previews/${name}.json`, root);
      const answer = fetch(address).then((response) => response.ok ? response.json() : {});
      files.set(name, answer.catch(() => ({})));
    }
    return files.get(name);
  };

  /* CRC-32 of the text in UTF-8, as zlib computes it. */
  const crc = (text) => {
    let sum = -1;
    for (const byte of new TextEncoder().encode(text)) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
    return ~sum >>> 0;
  };

  /* The page that a link leads to, as the files name it; null for any other link. */
  const pageOf = (link) => {
    if (!link.href || link.origin !== root.origin) return null;
    if (!link.pathname.startsWith(root.pathname) || link.pathname === location.pathname) return null;
    try {
      return decodeURIComponent(link.pathname.slice(root.pathname.length));
    } catch {
      return null;
    }
  };

  const previewOf = async (link) => {
    const page = pageOf(link);
    if (!page) return null;
    const index = await get("index");
    if (!index.files) return null;
    siteLanguage = index.language;
    const found = await get(String(crc(page) % index.files));
    return Object.hasOwn(found, page) ? found[page] : null;
  };

  const linkAt = (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.matches(".headerlink, [data-scrapbox-embed]")) return null;
    return link.closest("[role=main], main, article") ? link : null;
  };

  /* The background colour behind an element: that of the nearest opaque ancestor. */
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba|\/|transparent/.test(colour)) return colour; // opaque
    }
    return "Canvas";
  };

  const remove = () => {
    if (!card) return;
    card.remove();
    if (described === null) shown.removeAttribute("aria-describedby");
    else shown.setAttribute("aria-describedby", described);
    card = shown = null;
  };

  const close = () => {
    clearTimeout(timer);
    wanted = null;
    remove();
  };

  const place = (link) => {
    const boxes = [...link.getClientRects()];
    const on = (box) =>
      point && box.left <= point.x && point.x <= box.right && box.top <= point.y && point.y <= box.bottom;
    const box = boxes.find(on) ?? boxes[0];
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    if (!box || box.bottom < 0 || box.top > height) return remove();
    const above = box.bottom + card.offsetHeight + 8 > height && box.top > height - box.bottom;
    const left = Math.max(8, Math.min(box.left, width - card.offsetWidth - 8));
    card.style.left = `${left}px`;
    card.style.bottom = above ? `${height - box.top + 4}px` : "auto";
    card.style.top = above ? "auto" : `${box.bottom + 4}px`;
  };

  const show = (link, [title, lines, language]) => {
    close();
    card = document.createElement("div");
    card.id = "scrapbox-preview";
    card.className = "scrapbox-preview tex2jax_ignore mathjax_ignore";
    card.setAttribute("role", "tooltip");
    card.lang = language ?? siteLanguage;
    card.style.setProperty("--scrapbox-page-ground", groundOf(link));
    const around = link.closest("p, li, td, dd, div, section, article, main") ?? document.body;
    card.style.setProperty("--scrapbox-page-colour", getComputedStyle(around).color);
    for (const [name, text] of Object.entries({ title, lines })) {
      if (!text) continue;
      const row = document.createElement("div");
      row.className = `scrapbox-preview-${name}`;
      row.dir = "auto";
      row.textContent = text;
      card.append(row);
    }
    document.body.append(card);
    shown = link;
    described = link.getAttribute("aria-describedby");
    link.setAttribute("aria-describedby", described ? `${described} ${card.id}` : card.id);
    place(link);
  };

  const open = (link) => {
    if (link === wanted) return;
    clearTimeout(timer);
    if (link === shown) return;
    wanted = link;
    timer = setTimeout(async () => {
      const preview = await previewOf(link);
      if (wanted !== link || !link.isConnected) return;
      if (preview) show(link, preview);
      else close();
    }, SHOW_AFTER);
  };

  const leave = () => {
    clearTimeout(timer);
    wanted = null;
    timer = setTimeout(close, HIDE_AFTER);
  };

  when("pointerover", (event) => {
    if (!hovers.matches || event.pointerType === "touch") return;
    point = { x: event.clientX, y: event.clientY };
    const link = linkAt(event);
    if (link) open(link);
    else if (card?.contains(event.target)) clearTimeout(timer);
    else if (card || wanted) {
      if (document.activeElement !== shown || !shown?.matches(":focus-visible")) leave();
    }
  });
  document.documentElement.addEventListener("pointerleave", leave);
  when("focusin", (event) => {
    const link = hovers.matches && event.target.matches(":focus-visible") ? linkAt(event) : null;
    point = null;
    if (link) open(link);
    else if (card && !card.contains(event.target)) close();
  });
  when("focusout", (event) => {
    if (event.target === shown || event.target === wanted) leave();
  });
  when("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  when("pointerdown", (event) => {
    if (!card?.contains(event.target)) close();
  });
  addEventListener("scroll", (event) => {
    if (card && event.target !== card) place(shown);
  }, true);
  addEventListener("pagehide", close);
})();
