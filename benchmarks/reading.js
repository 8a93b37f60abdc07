// What benchmarks/reading.py measures inside of a page.
(content) => {
  const OURS = /(^|\s)scrapbox-/;
  const inContent = (element) => element.closest(content) !== null;
  const isOurs = (element) => {
    for (let each = element; each instanceof Element; each = each.parentElement) {
      if (OURS.test(each.getAttribute("class") ?? "")) return true;
    }
    return false;
  };
  // How an element looks to the selectors of a theme.
  const kind = (element) => {
    const classes = [...element.classList].filter((name) => !name.startsWith("scrapbox-"));
    return [element.localName, ...classes.sort()].join(".");
  };

  // Pixels by which the widest element sticks out of the window, if nothing clips or scrolls it.
  const overflow = () => {
    const width = document.documentElement.clientWidth;
    let worst = [0, ""];
    for (const element of document.querySelectorAll(`:is(${content}), :is(${content}) *`)) {
      const right = element.getBoundingClientRect().right + scrollX;
      if (right - width <= worst[0]) continue;
      let clipped = false;
      for (let each = element.parentElement; each && !clipped; each = each.parentElement) {
        if (each === document.body) break;
        const style = getComputedStyle(each);
        const box = each.getBoundingClientRect();
        clipped = style.overflowX !== "visible" && box.right <= width + 1;
      }
      if (!clipped && !element.closest(".headerlink")) worst = [right - width, kind(element)];
    }
    return worst;
  };

  // Bytes of the files of the extension that the page has loaded, by their ending.
  const weight = () => {
    const sizes = { css: 0, js: 0 };
    for (const entry of performance.getEntriesByType("resource")) {
      const match = /\/sphinx_scrapbox\/[^?#]*\.(css|js)(?=$|[?#])/.exec(entry.name);
      if (match) sizes[match[1]] += entry.decodedBodySize;
    }
    return sizes;
  };

  // Lists of cards that are not of one size, and cards with text that their border cuts off.
  const unevenCards = () => {
    const rows = [];
    for (const list of document.querySelectorAll(".scrapbox-cards")) {
      const cards = [...list.querySelectorAll("li:not(.scrapbox-rest)")].filter((card) => card.offsetHeight);
      const sizes = new Set(cards.map((card) => `${card.offsetWidth} × ${card.offsetHeight}`));
      if (sizes.size > 1) rows.push([list, `sizes ${[...sizes].join(", ")}`]);
      for (const card of cards) {
        const end = card.getBoundingClientRect().bottom - parseFloat(getComputedStyle(card).paddingBottom);
        const last = Math.max(...[...card.children].map((part) => part.getBoundingClientRect().bottom));
        if (last > end) rows.push([card, `${Math.ceil(last - end)} px of text below the edge`]);
      }
    }
    return rows.map(([element, why]) => ({
      rule: "cards", kind: kind(element), ours: true, place: element.outerHTML.slice(0, 160), why,
    }));
  };

  const violations = async (rules) => {
    const options = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
    if (rules) options.runOnly = { type: "rule", values: rules };
    const results = await axe.run(document, options);
    const rows = unevenCards();
    for (const { id, nodes } of results.violations) {
      for (const node of nodes) {
        const element = document.querySelector(node.target.at(-1));
        // Colours of code are those of a Pygments style, and the theme's header is not ours.
        if (!element || !(inContent(element) || isOurs(element))) continue;
        if (id === "color-contrast" && element.closest(".highlight")) continue;
        const colours = node.any.find((check) => check.id === "color-contrast")?.data;
        rows.push({
          rule: id,
          kind: colours ? colours.fgColor : kind(element),
          ours: isOurs(element),
          place: node.html.slice(0, 160),
          why: colours ? `${colours.contrastRatio} on ${colours.bgColor}` : node.target.join(" "),
        });
      }
    }
    const ids = new Map();
    for (const element of document.querySelectorAll("[id]")) {
      ids.set(element.id, (ids.get(element.id) ?? 0) + 1);
    }
    for (const [id, count] of ids) {
      const element = document.getElementById(id);
      // Furo and Shibuya put tables and formulas with an id into a wrapper with the same id.
      if (element.matches(".table-wrapper, .math-wrapper")) continue;
      if (count > 1 && (inContent(element) || isOurs(element))) {
        rows.push({ rule: "duplicate-id", kind: kind(element), ours: true, place: id, why: "" });
      }
    }
    return rows;
  };

  return { overflow, weight, violations };
}
