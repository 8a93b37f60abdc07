/* The image of a page, as large as the window: opened by its link, by mouse, touch or keyboard. The
   arrow keys show the images before and after it. A click, the button or Escape closes it. */
(() => {
  const open = (link) => {
    const links = [...document.querySelectorAll("a.scrapbox-zoom")];
    const dialog = document.createElement("dialog");
    const button = document.createElement("button");
    const image = document.createElement("img");
    const show = (next) => {
      link = next;
      const small = link.querySelector("img");
      image.src = link.href;
      image.alt = small.alt;
      image.referrerPolicy = small.referrerPolicy;
      dialog.setAttribute("aria-label", small.alt);
    };
    dialog.className = "scrapbox-large";
    button.type = "button";
    button.textContent = "\u00d7";
    button.setAttribute("aria-label", CLOSE);
    dialog.append(button, image);
    dialog.onclick = (event) => {
      if (event.detail < 2) dialog.close(); // not by the second click of two that open it
    };
    dialog.onkeydown = (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const next = links[links.indexOf(link) + step];
      if (!next) return;
      event.preventDefault();
      show(next);
    };
    dialog.onclose = () => {
      dialog.remove();
      link.focus();
    };
    show(link);
    document.body.append(dialog);
    dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a.scrapbox-zoom");
    if (!link) return;
    event.preventDefault();
    open(link);
  });
})();
