/* A video or sound is a link until it is clicked; then its player is loaded in place of the link.
   Before that, nothing is fetched from its site. Without scripts it stays a link. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-scrapbox-embed]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
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

/* What scrolls can be scrolled by keyboard, in each browser. */
for (const it of document.querySelectorAll(".scrapbox-table"))
  if (it.scrollWidth > it.clientWidth) it.tabIndex = 0;
