/* A film stands in the page as a link; a click on it loads the player in its place.
   Until then nobody else is asked for anything. Without scripts it stays a link. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-scrapbox-embed]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const player = document.createElement("iframe");
  const address = new URL(link.dataset.scrapboxEmbed);
  address.searchParams.set("autoplay", "1");
  player.src = address.href;
  player.title = link.textContent;
  player.className = "scrapbox-player";
  player.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  player.referrerPolicy = "strict-origin-when-cross-origin";
  link.replaceWith(player);
  player.focus();
});

/* Sphinx's search leads to the names of documents as they are; a page may be named "Why?". */
if (typeof Search === "object" && Search.setIndex) {
  const setIndex = Search.setIndex;
  Search.setIndex = (index) => {
    index.docnames = index.docnames.map((name) =>
      name.split("/").map(encodeURIComponent).join("/"));
    return setIndex(index);
  };
}
