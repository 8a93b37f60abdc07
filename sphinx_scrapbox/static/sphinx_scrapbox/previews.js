/* Previews of wiki pages beside links to them: the page's title, first image and first lines. There
   are none on touch screens, nor if their files cannot be fetched. The pointer may move onto a
   preview, scroll it and follow its links; from the keyboard, the down arrow leads into it. Escape
   closes it. What a preview shows is text of a wiki: it becomes text nodes, and links and images
   whose addresses are checked. */
(() => {
  const SHOW_AFTER = 300;
  const HIDE_AFTER = 300;
  const hovers = matchMedia("(hover: hover)");
  const root = new URL(document.documentElement.dataset.content_root ?? "./", document.baseURI);
  const previews = dataIn(new URL("_static/sphinx_scrapbox/previews/", root));
  const when = (type, act) => document.addEventListener(type, act);
  let card; // the preview shown
  let shown; // the link that it belongs to
  let described; // that link's aria-describedby before
  let wanted; // the link whose preview is about to open
  let timer;
  let point; // the position of the pointer

  const previewOf = async (link) => {
    const page = link.href && link.pathname !== location.pathname ? pageAt(link, root) : "";
    return page ? previews(page) : null;
  };

  const linkAt = (event) => {
    const link = event.target?.closest?.("a[href]");
    if (!link || link.matches(".headerlink, [data-scrapbox-embed]")) return null;
    return link.closest("[role=main], main, article") ? link : null;
  };

  /* The background colour behind an element: its own, or that of the nearest opaque ancestor. */
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

  /* An element with content, which must be text nodes and elements made here. */
  const make = (name, kind, ...content) => {
    const element = document.createElement(name);
    if (kind) element.className = `scrapbox-preview-${kind}`;
    element.append(...content);
    return element;
  };

  /* An address of the site or of the web as text; "" for one of any other kind. */
  const safe = (address) => {
    try {
      const url = new URL(address, root);
      return /^(https?|mailto):$/.test(url.protocol) ? url.href : "";
    } catch {
      return "";
    }
  };

  /* A text, or a link: a pair of a text and an address. */
  const piece = (data) => {
    if (!Array.isArray(data)) return String(data);
    const [text, address] = data.map(String);
    if (!safe(address)) return text;
    const link = make("a", "", text);
    link.href = safe(address);
    link.rel = "noreferrer noopener";
    return link;
  };

  const row = ([indent, ...pieces]) => {
    const line = make("div", "line", ...pieces.map(piece));
    line.dir = "auto";
    line.style.marginInlineStart = `${Math.min(Number(indent) || 0, 6)}em`;
    return line;
  };

  const show = (link, [title, lines, image, language], siteLanguage) => {
    close();
    card = document.createElement("div");
    card.id = "scrapbox-preview";
    card.className = "scrapbox-preview tex2jax_ignore mathjax_ignore";
    card.setAttribute("role", "dialog");
    card.setAttribute("aria-labelledby", "scrapbox-preview-title");
    card.tabIndex = -1;
    card.lang = language || siteLanguage;
    /* The ground of the page, so that the preview of a link in a turn stands out from the turn. */
    const page = link.closest("[role=main], main, article");
    card.style.setProperty("--scrapbox-page-ground", groundOf(page));
    const around = link.closest("p, li, td, dd, div, section, article, main") ?? document.body;
    card.style.setProperty("--scrapbox-page-colour", getComputedStyle(around).color);
    const heading = make("div", "title", title);
    heading.id = "scrapbox-preview-title";
    heading.dir = "auto";
    card.append(heading);
    if (image && safe(image)) {
      const picture = make("img", "image");
      picture.alt = "";
      picture.referrerPolicy = "no-referrer";
      picture.onerror = () => picture.remove();
      picture.src = safe(image);
      card.append(picture);
    }
    card.append(make("div", "lines", ...lines.map(row)));
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
      if (preview) show(link, preview[0], preview[1].language);
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
    if (card?.contains(event.target)) return clearTimeout(timer);
    const link = hovers.matches && event.target.matches(":focus-visible") ? linkAt(event) : null;
    point = null;
    if (link) open(link);
    else close();
  });
  when("focusout", (event) => {
    if (event.target === shown || event.target === wanted || card?.contains(event.target)) leave();
  });
  when("keydown", (event) => {
    if (event.key === "Escape") {
      const back = card?.contains(document.activeElement) ? shown : null;
      close();
      back?.focus({ preventScroll: true });
    } else if (event.key === "ArrowDown" && shown && document.activeElement === shown) {
      event.preventDefault();
      card.focus({ preventScroll: true });
    }
  });
  when("pointerdown", (event) => {
    if (!card?.contains(event.target)) close();
  });
  addEventListener("scroll", (event) => {
    if (card && event.target !== card) place(shown);
  }, true);
  addEventListener("pagehide", close);

  /* The link by which this script came to be loaded. */
  const first = linkAt({ target: document.querySelector("a:is(:hover, :focus-visible)") });
  if (first) open(first);
})();
