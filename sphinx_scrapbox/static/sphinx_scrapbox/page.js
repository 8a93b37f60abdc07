/* What each wiki page loads. Large images and previews have scripts of their own, which are loaded
   when they are first wanted. Without scripts, films, images and lines are links. */
const here = document.currentScript.src;
const make = (name, attributes) => Object.assign(document.createElement(name), attributes);

/* Load a script, and before it the style of what it shows. */
const load = (name, attributes) => {
  const script = make("script", { src: new URL(name, here), ...attributes });
  const style = make("link", { rel: "stylesheet", href: new URL("overlays.css", here) });
  style.onload = style.onerror = () => document.head.append(script);
  document.head.append(style);
};

const linkClicked = (event, selector) =>
  event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
    ? null
    : event.target.closest?.(selector);

/* A video or sound is a link until it is clicked; then its player is loaded above the link, which
   stays, as some sites forbid players on others. Before that, nothing is fetched from its site. */
document.addEventListener("click", (event) => {
  const link = linkClicked(event, "a[data-scrapbox-embed]");
  if (!link) return;
  event.preventDefault();
  const address = new URL(link.dataset.scrapboxEmbed);
  address.searchParams.set("autoplay", "1");
  const isSound = link.classList.contains("scrapbox-sound");
  const player = make("iframe", {
    src: address.href,
    title: link.textContent,
    className: isSound ? "scrapbox-player scrapbox-sound" : "scrapbox-player",
    allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
    referrerPolicy: "strict-origin-when-cross-origin",
  });
  delete link.dataset.scrapboxEmbed;
  link.before(player);
  player.focus();
});

/* The script of large images shows the one that was clicked as soon as it is loaded. */
let isLoading = false;
const showLarge = (event) => {
  const link = linkClicked(event, "a.scrapbox-zoom");
  if (!link) return;
  event.preventDefault();
  if (isLoading) return;
  isLoading = true;
  load("images.js", {
    onload() {
      document.removeEventListener("click", showLarge);
      link.click();
    },
    onerror: () => location.assign(link.href),
  });
};
document.addEventListener("click", showLarge);

/* The script of previews is loaded when a link is first pointed at or focused. */
const PREVIEWS = "previews.js";
const peek = (event) => {
  if (!matchMedia("(hover: hover)").matches || event.pointerType === "touch") return;
  if (!event.target.closest?.("a[href]")) return;
  document.removeEventListener("pointerover", peek);
  document.removeEventListener("focusin", peek);
  load(PREVIEWS);
};
if (PREVIEWS && location.protocol.startsWith("http")) {
  document.addEventListener("pointerover", peek);
  document.addEventListener("focusin", peek);
}

/* An image whose size was unknown takes no more height than it needs, if it is still below what a
   reader sees. */
for (const image of document.querySelectorAll(".scrapbox-picture img:not([width])"))
  image.addEventListener("load", () => {
    if (image.getBoundingClientRect().top > innerHeight) image.classList.add("scrapbox-fits");
  });

/* What scrolls can be scrolled by keyboard, in each browser. */
for (const it of document.querySelectorAll(".scrapbox-table"))
  if (it.scrollWidth > it.clientWidth) it.tabIndex = 0;

/* A link to a line also copies its address. All such links of a page are one stop of the Tab key;
   the arrow keys lead from line to line. */
const links = [...document.querySelectorAll("a.scrapbox-permalink")];
const keep = (stop) => links.forEach((link) => link.tabIndex = link === stop ? 0 : -1);
keep(links[0]);
links.forEach((link, at) => {
  link.onkeydown = (event) => {
    const next = links[at + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
    if (!next) return;
    event.preventDefault();
    keep(next);
    next.focus();
  };
  link.onclick = () => navigator.clipboard?.writeText(link.href)
    .then(() => link.classList.add("scrapbox-copied"), () => 0);
});
