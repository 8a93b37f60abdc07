/* Maps of links: dragged, zoomed, the neighbours of a page highlighted, and the neighbourhood of a page
   opened in place. Each map is drawn when the site is built, and complete without this script. The
   neighbours of other pages are in small files of the site, fetched when a page is opened. */
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 420;
  const LINE = 17;
  const FONT = 13;
  const MOST = 6; // how far a map is zoomed in

  const make = (name, attributes = {}, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /* A title in at most so many lines that are no wider than a box. */
  const pen = document.createElement("canvas").getContext("2d");
  const wrap = (title, most, font) => {
    pen.font = font;
    const isWide = (text) => pen.measureText(text).width > 112;
    const lines = [""];
    for (const piece of title.match(/[\p{Script=Latin}\p{N}\p{P}]+\s?|\P{C}\s?/gu) ?? [title])
      for (const part of isWide(piece) ? piece : [piece]) {
        if (lines.at(-1) && isWide(lines.at(-1) + part.trimEnd())) lines.push("");
        lines[lines.length - 1] += part;
      }
    if (lines.length > most) lines.splice(most - 1, lines.length, `${lines[most - 1].trimEnd()}…`);
    return lines.map((line) => line.trim());
  };

  /* The page in the middle, its neighbours in rows above and below it. */
  const place = (boxes) => {
    const [middle, ...others] = boxes;
    const rows = [[]];
    let width = 0;
    for (const box of others) {
      if (width + box.width > WIDTH - 8 && rows.at(-1).length) {
        rows.push([]);
        width = 0;
      }
      rows.at(-1).push(box);
      width += box.width + 14;
    }
    rows.splice(Math.floor(rows.length / 2), 0, [middle]);
    let top = 16;
    for (const row of rows) {
      const height = Math.max(...row.map((box) => box.height));
      let left = (WIDTH - row.reduce((sum, box) => sum + box.width + 14, -14)) / 2 - WIDTH / 2;
      for (const box of row) {
        Object.assign(box, { x: left + box.width / 2, y: top + height / 2 });
        left += box.width + 14;
      }
      top += height + 34;
    }
    return top - 18;
  };

  let drawings = 0;
  const draw = (pages, edges, label, fonts) => {
    const boxes = pages.map(([title], at) => {
      const lines = wrap(title, at ? 2 : 3, fonts[at ? 1 : 0]);
      const widest = Math.max(...lines.map((line) => pen.measureText(line).width));
      return { lines, width: Math.ceil(widest) + 20, height: lines.length * LINE + 12 };
    });
    const height = place(boxes);
    const frame = { x: -WIDTH / 2, y: 0, width: WIDTH, height };
    const rect = (box, rest) => make("rect", {
      x: box.x - box.width / 2, y: box.y - box.height / 2, width: box.width, height: box.height,
      rx: 7, ...rest,
    });
    const id = `scrapbox-walk-${++drawings}`;
    const mask = make("mask", { id, maskUnits: "userSpaceOnUse", ...frame },
      make("rect", { ...frame, fill: "#fff" }), ...boxes.map((box) => rect(box, { fill: "#000" })));
    const lines = make("g", {
      mask: `url(#${id})`, stroke: "currentColor", fill: "none", "aria-hidden": "true",
    });
    for (const [a, b] of edges)
      lines.append(make("path", {
        "data-ends": `${a} ${b}`, d: `M${boxes[a].x} ${boxes[a].y}L${boxes[b].x} ${boxes[b].y}`,
        "stroke-opacity": a ? 0.5 : 1,
      }));
    const nodes = pages.map(([title, address], at) => {
      const box = boxes[at];
      const start = box.y - box.height / 2 + 6 + FONT;
      const name = make("title");
      name.textContent = title;
      const shown = box.lines.map((line, row) => {
        const text = make("text", {
          x: box.x, y: start + row * LINE, fill: "currentColor", "aria-hidden": "true",
          ...(at ? {} : { "font-weight": 600 }),
        });
        text.textContent = line;
        return text;
      });
      return make("a", { href: address, class: `scrapbox-hop-${at ? 1 : 0}` },
        name, rect(box, { fill: "none", stroke: "currentColor" }), ...shown);
    });
    return make("svg", {
      viewBox: `${frame.x} 0 ${WIDTH} ${height}`, width: WIDTH, height, "font-size": FONT,
      "text-anchor": "middle", role: "group", "aria-label": label,
    }, mask, lines, ...nodes);
  };

  const setUp = (template) => {
    const figure = template.parentElement;
    const original = figure.querySelector("svg");
    const below = [...figure.querySelectorAll(":scope > .scrapbox-rest, :scope > details")];
    const folder = new URL(template.dataset.neighbours, document.baseURI);
    const root = new URL("../../../", folder);
    const around = template.dataset.around;
    const tools = template.content.firstElementChild.cloneNode(true);
    const button = (name) => tools.querySelector(`[data-do=${name}]`);
    const output = tools.querySelector("output");
    const neighbours = dataIn(folder);
    const earlier = []; // the maps that "back" leads to
    let svg = original;

    /* -- dragging and zooming: both change the part that is shown ---------------------- */

    const views = new WeakMap();
    const setView = (view) => {
      const { whole } = views.get(svg);
      view.width = Math.min(whole.width, Math.max(whole.width / MOST, view.width));
      view.height = (view.width * whole.height) / whole.width;
      view.x = Math.max(whole.x, Math.min(whole.x + whole.width - view.width, view.x));
      view.y = Math.max(whole.y, Math.min(whole.y + whole.height - view.height, view.y));
      views.set(svg, { whole, view });
      svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
      svg.classList.toggle("scrapbox-zoomed", view.width < whole.width);
    };
    const zoom = (factor, at = { x: 0.5, y: 0.5 }) => {
      const { whole, view } = views.get(svg);
      const width = Math.min(whole.width, Math.max(whole.width / MOST, view.width / factor));
      const change = view.width - width;
      setView({
        x: view.x + change * at.x, y: view.y + ((change * whole.height) / whole.width) * at.y, width,
      });
    };
    const pan = (x, y) => {
      const { view } = views.get(svg);
      setView({ ...view, x: view.x + x * view.width, y: view.y + y * view.height });
    };
    const shareOf = (x, y) => {
      const box = svg.getBoundingClientRect();
      return { x: (x - box.left) / box.width, y: (y - box.top) / box.height };
    };

    const listenToPointers = () => {
      const pointers = new Map();
      let moved = 0;
      svg.addEventListener("pointerdown", (event) => {
        if (event.button !== 0) return;
        if (pointers.size === 0) moved = 0;
        pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      });
      svg.addEventListener("pointermove", (event) => {
        const before = pointers.get(event.pointerId);
        if (!before) return;
        const now = { x: event.clientX, y: event.clientY };
        const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
        const box = svg.getBoundingClientRect();
        if (other) {
          const apart = (one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
          zoom(apart(now) / apart(before), shareOf((now.x + other.x) / 2, (now.y + other.y) / 2));
        } else pan((before.x - now.x) / box.width, (before.y - now.y) / box.height);
        moved += Math.hypot(now.x - before.x, now.y - before.y);
        pointers.set(event.pointerId, now);
        if (moved > 5 && svg.setPointerCapture && !svg.hasPointerCapture(event.pointerId))
          svg.setPointerCapture(event.pointerId);
      });
      for (const name of ["pointerup", "pointercancel", "lostpointercapture"])
        svg.addEventListener(name, (event) => pointers.delete(event.pointerId));
      /* The end of a drag is no click on a link. */
      svg.addEventListener("click", (event) => {
        if (moved > 5) {
          event.preventDefault();
          event.stopPropagation();
        }
      }, true);
      svg.addEventListener("dragstart", (event) => event.preventDefault());
      svg.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
        event.preventDefault();
        zoom(Math.exp(-event.deltaY / 200), shareOf(event.clientX, event.clientY));
      }, { passive: false });
    };

    /* -- neighbours -------------------------------------------------------------------- */

    const light = (at) => {
      const near = new Set([String(at)]);
      for (const line of svg.querySelectorAll("path[data-ends]")) {
        const ends = line.dataset.ends.split(" ");
        const isOwn = ends.includes(String(at));
        line.classList.toggle("scrapbox-near", isOwn);
        if (isOwn) ends.forEach((end) => near.add(end));
      }
      for (const node of svg.querySelectorAll("[data-node], [data-of]"))
        node.classList.toggle("scrapbox-near", near.has(node.dataset.node ?? node.dataset.of));
      svg.classList.toggle("scrapbox-lit", at !== null);
    };
    const nodeAt = (target) => {
      const node = target.closest?.("[data-node], [data-of]");
      return node && svg.contains(node) ? (node.dataset.node ?? node.dataset.of) : null;
    };

    const show = (next) => {
      const isOriginal = next === original;
      svg.setAttribute("hidden", "");
      svg = next;
      svg.removeAttribute("hidden");
      if (!isOriginal && !svg.isConnected) tools.after(svg);
      for (const element of below) element.hidden = !isOriginal;
      button("back").hidden = isOriginal;
      output.textContent = isOriginal ? "" : svg.getAttribute("aria-label");
    };

    const open = async (page) => {
      const answer = await neighbours(page);
      if (!answer) return;
      const [title, near, edges, rest] = answer[0];
      const here = page.split("/").map(encodeURIComponent).join("/");
      const pages = [[title, here], ...near].map(([name, path]) => [name, new URL(path, root).href]);
      const family = getComputedStyle(figure).fontFamily;
      const fonts = [`600 ${FONT}px ${family}`, `${FONT}px ${family}`];
      const label = around.replace("{title}", () => title) + (rest ? ` (+${rest})` : "");
      const next = draw(pages, edges, label, fonts);
      earlier.push(svg);
      show(next);
      prepare();
      svg.querySelector("[data-node]").focus({ preventScroll: true });
    };

    /* Signs beside the boxes that open the pages; the page in the middle is open. */
    const addSigns = () => {
      if (!/^https?:$/.test(location.protocol)) return;
      for (const node of svg.querySelectorAll("[data-node]")) {
        const address = node.hasAttribute("aria-current") ? location.href : node.getAttribute("href");
        const page = address && pageAt(new URL(address, document.baseURI), root);
        if (!page || node.dataset.node === "0") continue;
        const title = node.querySelector("title").textContent;
        const box = node.querySelector("rect");
        const [x, y, width] = ["x", "y", "width"].map((name) => Number(box.getAttribute(name)));
        const sign = make("g", {
          class: "scrapbox-open", role: "button", tabindex: 0, "data-of": node.dataset.node,
          "aria-label": around.replace("{title}", () => title),
          transform: `translate(${x + width - 3} ${y + 2})`,
        }, make("circle", { r: 16 }), make("circle", { r: 7 }), make("path", { d: "M-4 0H4M0 -4V4" }));
        sign.addEventListener("click", () => open(page));
        sign.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          open(page);
        });
        node.after(sign);
      }
    };

    const prepare = () => {
      const { x, y, width, height } = svg.viewBox.baseVal;
      const whole = { x, y, width, height };
      views.set(svg, { whole, view: { ...whole } });
      svg.setAttribute("tabindex", "0");
      const nodes = svg.querySelectorAll(":scope > :is(a, g):not([aria-hidden])");
      nodes.forEach((node, at) => { node.dataset.node = at; });
      addSigns();
      listenToPointers();
      svg.addEventListener("pointerover", (event) => light(nodeAt(event.target)));
      svg.addEventListener("pointerleave", () => light(null));
      svg.addEventListener("focusin", (event) => light(nodeAt(event.target)));
      svg.addEventListener("focusout", () => light(null));
      svg.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const { whole, view } = views.get(svg);
        const isZoomed = view.width < whole.width;
        const moves = {
          ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.15], ArrowDown: [0, 0.15],
        };
        if (isZoomed && event.key in moves) pan(...moves[event.key]);
        else if (event.key === "+" || event.key === "=") zoom(1.4);
        else if (event.key === "-") zoom(1 / 1.4);
        else if (event.key === "0") setView({ ...whole });
        else if (event.key === "Escape" && earlier.length) back();
        else return;
        event.preventDefault();
      });
    };

    const back = () => {
      const left = svg;
      if (!earlier.length) return;
      show(earlier.pop());
      left.remove();
      svg.focus({ preventScroll: true });
    };

    button("in").addEventListener("click", () => zoom(1.4));
    button("out").addEventListener("click", () => zoom(1 / 1.4));
    button("reset").addEventListener("click", () => setView({ ...views.get(svg).whole }));
    button("back").addEventListener("click", back);
    button("back").hidden = true;
    template.replaceWith(tools);
    figure.classList.add("scrapbox-ready");
    prepare();
  };

  document.querySelectorAll(".scrapbox-map > template[data-neighbours]").forEach(setUp);
})();
