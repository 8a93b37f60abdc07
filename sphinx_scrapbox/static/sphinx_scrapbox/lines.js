/* A link to a line also copies its address. All such links of a page are one stop of the Tab key;
   the arrow keys lead from line to line. */
{
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
}
