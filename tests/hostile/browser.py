"""A page in a real browser: what runs, what is asked of other hosts, and what fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from browsers import PATIENCE

# Timers of previews and themes fire at once. A navigation ends before it has begun; an address
# that is a script is no navigation.
_PREPARE = """
const later = setTimeout;
window.setTimeout = (run, wait, ...more) => later(run, Math.min(wait ?? 0, 2), ...more);
globalThis.isClicking = false;
navigation.addEventListener("navigate", (event) => {
  if (!event.cancelable || event.hashChange) return;
  event.preventDefault();
  if (!isClicking) console.error(`left for ${event.destination.url} without a click`);
});
"""
# Themes repeat their navigation on each page. A link is clicked once of those that have the same
# markup, the same address and the same parent.
_CLICK_LINKS = """async () => {
  const hash = (text) => {
    let [one, other] = [0x811c9dc5, 0x9e3779b9];
    for (let index = 0; index < text.length; index += 1) {
      one = Math.imul(one ^ text.charCodeAt(index), 0x01000193);
      other = Math.imul(other ^ text.charCodeAt(index), 0x85ebca6b);
    }
    return `${one >>> 0}-${other >>> 0}`;
  };
  const odd = [];
  const links = [...document.querySelectorAll(":any-link")];
  const clicked = new Set((sessionStorage.clicked ?? "").split(" "));
  let clicks = 0;
  isClicking = true;
  for (const link of links) {
    const address = link.href.baseVal ?? link.href;
    const parsed = URL.parse(address, document.baseURI); // null: leads nowhere
    const parent = link.parentElement;
    const key = hash(`${parent?.localName}.${parent?.className} ${link.outerHTML} ${address}`);
    if (clicked.has(key)) continue;
    clicked.add(key);
    clicks += 1;
    link.removeAttribute("target");
    link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: window }));
    if (!parsed || /^(https?|mailto):$/.test(parsed.protocol)) continue;
    odd.push(link.outerHTML);
    await new Promise((done) => setTimeout(done, 2));
  }
  isClicking = false;
  sessionStorage.clicked = [...clicked].join(" ");
  return [clicks, odd];
}"""
_HOVER_LINKS = """async (folder) => {
  const pages = new Map();
  for (const link of document.querySelectorAll(":is([role=main], main, article) a[href]"))
    if (link.pathname?.includes(folder)) pages.set(link.pathname, link);
  let shown = 0;
  for (const link of pages.values()) {
    link.scrollIntoView({ behavior: "instant", block: "center" });
    link.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
    const end = performance.now() + 1000;
    let card = null;
    while (!card && performance.now() < end) {
      await new Promise((done) => setTimeout(done, 2));
      card = document.querySelector(".scrapbox-preview");
    }
    if (!card) continue;
    shown += 1;
    const expected = "[class^=scrapbox-preview-], .scrapbox-preview-line > a";
    if (card.querySelector(`:not(${expected})`)) throw Error(card.innerHTML);
    for (const { protocol } of card.querySelectorAll("a"))
      if (!/^(https?|mailto):$/.test(protocol)) throw Error(card.innerHTML);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  }
  return shown;
}"""


class Reader:
    """Reads the pages of a site one after the other, and notes what must not happen."""

    def __init__(self, playwright: Any, browser: Any, address: str) -> None:
        self._failure = playwright.Error
        self.address = address
        self.hits: list[int] = []
        """Numbers of the payloads whose script ran."""
        self.requests: list[str] = []
        """Addresses at other hosts that were requested."""
        self.errors: list[str] = []
        """Messages of scripts and of the browser, each after the page's address."""
        self._of_theme: frozenset[str] = frozenset()
        self.pages = self.links = self.previews = 0
        self.context = browser.new_context()
        self.context.expose_binding("hit", lambda source, number=0: self.hits.append(number))
        self.context.add_init_script(_PREPARE)
        self.context.on("request", self._note_request)
        self.context.on("page", self._note_page)
        self.page = self.context.new_page()

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.requests.append(request.url)

    def _note_page(self, page: Any) -> None:
        page.on("pageerror", lambda error: self._note(f"script error: {error}"))
        page.on("console", self._note_console)
        page.on("dialog", self._note_dialog)
        if self.context.pages[0] is not page:
            self._note(f"a window was opened: {page.url}")

    def _note_console(self, message: Any) -> None:
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            self._note(f"console: {message.text} {message.location['url']}")

    def _note_dialog(self, dialog: Any) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, error: str) -> None:
        self.errors.append(f"{self.page.url if self.pages else ''}: {error}")

    def learn_theme(self, name: str) -> list[str]:
        """Load a page without wiki text; what happens there is the theme's own, and not noted.

        Returns the requests to other hosts.
        """
        self.open(name)
        errors = {error.partition(": ")[2] for error in self.errors}
        self._of_theme = frozenset([*self.requests, *errors])
        requests, self.requests, self.errors = self.requests, [], []
        return requests

    def open(self, name: str, query: str = "") -> None:
        """Load a page, by its file's name below the output folder, and let its scripts run."""
        self.pages += 1
        address = f"{self.address}{quote(name)}"
        self.page.goto(address + query, wait_until="load")
        self._run("() => new Promise((done) => requestAnimationFrame(() => done()))")

    def _run(self, script: str, argument: str = "") -> Any:
        try:
            return self.page.evaluate(script, argument)
        except self._failure as error:  # such as: the page was left
            self._note(str(error))
            return None

    def click_links(self) -> None:
        """Click every link of the page."""
        before = self.page.url
        links, odd = self._run(_CLICK_LINKS) or (0, [])
        self.links += links
        if odd:
            self._note(f"links to other than http, https or mailto: {odd}")
        if urlsplit(self.page.url).path != urlsplit(before).path:
            self._note(f"a click led from {before} to {self.page.url}")

    def hover_links(self, folder: str) -> None:
        """Let the pointer rest on a link to each page of a folder, as far as there are any."""
        self.previews += self._run(_HOVER_LINKS, folder) or 0

    def search(self, words: str, *, at_least: int) -> None:
        """Search, and click the results."""
        self.open("search.html", f"?q={words}")
        results = self.page.locator("ul.search li")
        with suppress(self._failure):
            results.nth(at_least - 1).wait_for()
        if (count := results.count()) < at_least:
            self._note(f"{count} results for {words!r}")
        self.page.wait_for_load_state("networkidle")
        self.click_links()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let events arrive until the condition holds, for at most three minutes."""
        for _ in range(PATIENCE // 50):
            if condition():
                break
            self.page.wait_for_timeout(50)

    def problems(self) -> dict[str, list[Any]]:
        """What happened and must not, for a comparison with an empty mapping."""
        own = self._of_theme
        noted: dict[str, list[Any]] = {
            "hits": self.hits,
            "requests": [request for request in self.requests if request not in own],
            "errors": [error for error in self.errors if error.partition(": ")[2] not in own],
        }
        return {name: list(dict.fromkeys(values)) for name, values in noted.items() if values}
