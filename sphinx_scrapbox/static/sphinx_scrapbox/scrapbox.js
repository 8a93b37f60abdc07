/* A video or sound is a link until it is clicked; then its player is loaded in place of the link.
   Before that, nothing is fetched from its site. Without scripts it stays a link. */
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
  if (link.classList.contains("scrapbox-sound")) player.classList.add("scrapbox-sound");
  player.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  player.referrerPolicy = "strict-origin-when-cross-origin";
  link.replaceWith(player);
  player.focus();
});

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
  results?.classList.add("tex2jax_ignore", "mathjax_ignore");
  if (results) {
    new MutationObserver((changes) => {
      for (const change of changes) part(change.target);
    }).observe(results, { childList: true, subtree: true });
  }
}
