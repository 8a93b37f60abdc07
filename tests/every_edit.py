"""Random edits of all kinds, of a site on which every feature is on."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from every_feature import (
    CHANGES,
    CHOICES,
    GUIDE,
    LISTS,
    OPTIONS,
    PLAIN,
    Wiki,
    conf,
    id_of,
    picture_rows,
    write_inventory,
)
from every_line import EN, JA, OTHER, PEOPLE, PICTURES, SHOP, WANTED
from images import png
from page_edits import PageEdits
from sites import page

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, dump_lock, load_lock

_HAND_WRITTEN = {"guide.md": GUIDE, "lists.rst": LISTS, "changes.md": CHANGES}


class EveryEdit(PageEdits):
    """Edits a site, which it makes, at random, the same way for one seed.

    :param corpus: a folder with real pages, some of which become part of the site.
    :param pages: how many exported ones; there are half as many native ones.
    """

    def __init__(self, src: Path, seed: int, corpus: Path | None = None, pages: int = 20) -> None:
        super().__init__(src, seed)
        self._options = dict(OPTIONS)
        self.kinds = Counter[str]()
        """How often each kind of edit was done."""
        self._kinds: tuple[Callable[[], str], ...] = (
            *(self._append, self._append, self._insert, self._remove_line, self._new_footer),
            *(self._retitle, self._rename_file, self._rename_both, self._swap_titles),
            *(self._change_case, self._add, self._add, self._remove, self._remove, self._move),
            *(self._move, self._move_native, self._date, self._change_front_matter),
            *(self._unpack, self._unpack, self._unpack, self._lock_row, self._lock_header),
            *(self._pictures, self._icon, self._hand_written, self._hand_written, self._new_page),
            *(self._option, self._option, self._inventory, self._touch, self._kept, self._static),
            *(self._redirect, self._deny, self._nothing, self._replace_page, self._unmark),
            *(self._lock_file, self._folder, self._commit, self._template),
        )
        if corpus:
            self._add_real_pages(corpus, pages)
        self._git("init", "-q")
        self._commit()

    def edit(self) -> str:
        """Do one thing, or two; what was done."""
        done = [self._edit()]
        if self._random.random() < 0.15:
            done.append(self._edit())
        return "; ".join(done)

    def _edit(self) -> str:
        kind = self._random.choice(self._kinds)
        self.kinds[kind.__name__.strip("_")] += 1
        return kind()

    # -- native wikis ------------------------------------------------------------------

    def _unpack(self) -> str:
        """A later export of a wiki, as it would be pulled."""
        folder = self._random.choice(sorted(self._wikis))
        wiki = self._wikis[folder]
        id = self._random.choice(sorted(wiki.pages))
        entry, now = wiki.pages[id], self._later()
        rows = [line["text"] for line in entry["lines"][1:]]
        what = self._random.choice(("edit", "edit", "retitle", "add", "remove", "nothing"))
        if what == "edit":
            at = self._random.randint(0, len(rows))
            if rows and self._random.random() < 0.3:
                rows.pop(at - 1)
            else:
                rows.insert(at, self._words.line(native=True))
            wiki.add(id, entry["title"], rows, now)
        elif what == "retitle":
            taken = {page["title"] for page in wiki.pages.values()}
            titles = [title for title in (*JA, *SHOP, *WANTED, "新しい") if title not in taken]
            wiki.add(id, self._random.choice(titles), rows, now)
        elif what == "add":
            self._number += 1
            taken = {page["title"] for page in wiki.pages.values()}
            title = self._words.title(native=True)
            title = f"{title} {self._number}" if title in taken else title
            wiki.add(id_of(90_000 + self._number), title, self._words.lines(native=True), now)
        elif what == "remove" and len(wiki.pages) > 2:
            del wiki.pages[id]
        wiki.exported = now
        self._restore_lock(folder)
        wiki.unpack()
        return f"unpack {folder}: {what} {entry['title']!r}"

    def _lock(self, folder: str) -> tuple[Path, Lock]:
        path = self._src / folder / LOCK_NAME
        text = path.read_text("utf-8") if path.is_file() else dump_lock(Lock(folder))
        return path, load_lock(text)

    def _restore_lock(self, folder: str) -> None:
        path, lock = self._lock(folder)
        self._write(path, dump_lock(replace(lock, project=self._wikis[folder].name)))

    def _lock_row(self) -> str:
        folder = self._random.choice(sorted(self._wikis))
        path, lock = self._lock(folder)
        rows = list(lock.pages)
        if not rows:
            return "no row"
        row = rows.pop(self._random.randrange(len(rows)))
        what = self._random.choice(("remove", "earlier", "time", "lines"))
        if what == "earlier":
            rows.append(replace(row, earlier_titles=(*row.earlier_titles, WANTED[0])))
        elif what == "time":
            rows.append(replace(row, updated=self._later()))
        elif what == "lines":
            rows.append(replace(row, line_ids=(), line_times=()))
        self._write(path, dump_lock(replace(lock, pages=tuple(rows))))
        return f"row of {row.title!r} in {folder}: {what}"

    def _lock_header(self) -> str:
        folder = self._random.choice(sorted(self._wikis))
        path, lock = self._lock(folder)
        field: dict[str, Any] = self._random.choice(
            [
                {"exported": self._later()},
                {"language": self._random.choice(("", "fr"))},
                {"private": not lock.private},
                {"project": self._random.choice((lock.project, "renamed"))},
            ]
        )
        self._write(path, dump_lock(replace(lock, **field)))
        return f"lock of {folder}: {field}"

    def _lock_file(self) -> str:
        """A lock file goes, or is damaged by a merge."""
        path = self._src / self._random.choice(sorted(self._wikis)) / LOCK_NAME
        if not path.is_file() or path.read_text("utf-8").startswith("<"):
            lock = Lock(self._wikis[path.parent.name].name, exported=self._later())
            self._write(path, dump_lock(lock))
            return f"a new lock in {path.parent.name}"
        path.unlink()
        return f"no lock in {path.parent.name}"

    def _pictures(self) -> str:
        folder = self._random.choice(sorted(self._wikis))
        path, lock = self._lock(folder)
        count = self._random.randint(0, len(PICTURES))
        rows = picture_rows(path.parent, count)
        self._write(path, dump_lock(replace(lock, pictures=rows)))
        if rows and self._random.random() < 0.3:
            (path.parent / rows[0].file).unlink()
            return f"{count} pictures in {folder}, one without its file"
        return f"{count} pictures in {folder}"

    # -- what is beside the pages ------------------------------------------------------

    def _icon(self) -> str:
        name = self._random.choice((*PEOPLE, "shop/ren", "Soil"))
        path = self._src / "icons" / f"{name}.png"
        if path.exists():
            path.unlink()
            return f"remove the icon {name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(3, 3))
        return f"add the icon {name}"

    def _hand_written(self) -> str:
        name, text = self._random.choice(sorted(_HAND_WRITTEN.items()))
        title = self._random.choice([*EN, *JA, *WANTED, *OTHER])
        link = f":scrapbox:page:`{title}`" if name.endswith(".rst") else f"[[{title}]] #mulch"
        self._write(self._src / name, f"{text}\n{link}\n")
        return f"{name} links to {title!r}"

    def _new_page(self) -> str:
        """A hand-written page comes or goes, or has another heading."""
        path = self._src / "notes/more.md"
        chance = self._random.random()
        if chance < 0.3 and path.exists():
            path.unlink()
            return "remove notes/more.md"
        if chance < 0.5:
            heading = self._random.choice((*EN, "Plain"))
            self._write(self._src / "notes/plain.md", PLAIN.replace("Plain", heading))
            return f"notes/plain.md is called {heading!r}"
        heading = self._random.choice((*EN, *WANTED, "More"))
        title = self._words.title(native=False)
        block = f"```{{scrapbox:include}} {title}\n```\n\n```{{scrapbox:related}}\n```"
        self._write(path, f"---\norphan: true\n---\n# {heading}\n\n[[{title}]]\n\n{block}\n")
        return f"notes/more.md, {heading!r}, includes {title!r}"

    def _option(self) -> str:
        name = self._random.choice(sorted(CHOICES))
        value = self._random.choice(CHOICES[name])
        if name in self._options and self._random.random() < 0.5:
            value = CHOICES[name][-1]
        return self.set_option(name, value)

    def set_option(self, name: str, value: object) -> str:
        """Set an option in ``conf.py``; what was done."""
        self._options[name] = value
        self._write(self._src / "conf.py", conf(self._options))
        return f"{name} = {value!r}"

    def _inventory(self) -> str:
        titles = [title for title in (*OTHER, *WANTED) if self._random.random() < 0.6]
        ending = self._random.choice((".html", "/"))
        entries = {
            title.replace(" ", "-"): f"{number}{ending}" for number, title in enumerate(titles)
        }
        write_inventory(self._src / "inventory/objects.inv", entries)
        return f"inventory with {titles}, {ending}"

    def _kept(self) -> str:
        paths = sorted((self._src / "kept").rglob("*.md"))
        path = self._random.choice(paths)
        self._write(path, f"{path.read_text('utf-8')}\n{self._words.line(native=False)}")
        return f"edit {self._name(path)}"

    def _static(self) -> str:
        path = self._src / "static/own.css"
        self._write(path, f"{path.read_text('utf-8')}/* {self._random.randrange(99)} */\n")
        return "edit static/own.css"

    def _template(self) -> str:
        path = self._src / "templates/layout.html"
        note = f"<!-- {self._random.randrange(9)} -->"
        self._write(
            path, f'{{% extends "!layout.html" %}}{{% block footer %}}{note}{{% endblock %}}'
        )
        return "edit a template"

    def _git(self, *arguments: str) -> None:
        day = f"{self._time} +0000"
        names = {f"GIT_{who}_NAME": "nobody" for who in ("AUTHOR", "COMMITTER")}
        mails = {f"GIT_{who}_EMAIL": "nobody@example.org" for who in ("AUTHOR", "COMMITTER")}
        dates = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
        subprocess.run(
            ["git", *arguments],
            cwd=self._src,
            env={**os.environ, **names, **mails, **dates, "GIT_CONFIG_GLOBAL": os.devnull},
            check=False,
        )

    def _commit(self) -> str:
        self._later()
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", "Edits")
        return "commit"

    def _redirect(self) -> str:
        moves = {"Was": "Soil", "gone": "nowhere", "a": self._random.choice(EN).replace(":", "-")}
        chosen = {name: to for name, to in moves.items() if self._random.random() < 0.6}
        text = json.dumps({"version": 1, "redirects": chosen})
        self._write(self._src / "en/scrapbox-redirects.json", text)
        return f"redirects {chosen}"

    def _deny(self) -> str:
        """A page that must not be published comes, or is mentioned."""
        path = self._src / "en/Bank account.md"
        if path.exists():
            path.unlink()
            return "remove the denied page"
        if self._random.random() < 0.5:
            self._write(path, page("Bank account", "A number that nobody sees. #internal"))
            return "add a denied page"
        path = self._page(".scrapbox")  # always a page of a wiki, whatever was removed from it
        self._write(path, f"{path.read_text('utf-8')}\n[Bank account]を見る")
        return f"a link to a denied page in {self._name(path)}"

    # -- real pages --------------------------------------------------------------------

    def _add_real_pages(self, corpus: Path, count: int) -> None:
        paths = sorted(corpus.glob("exported*/*.md"))
        for path in self._random.sample(paths, count):
            new = self._free("real", path.stem[:60].strip(), ".md")
            self._write(new, path.read_text("utf-8"))
        export = json.loads((corpus / "native/villagepump.json").read_text("utf-8"))
        wiki = self._wikis["pump"] = Wiki("villagepump", self._src / "pump")
        for entry in self._random.sample(list(_short(export["pages"])), count // 2):
            wiki.pages[entry["id"]] = entry
        wiki.unpack()


def _short(pages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (entry for entry in pages if len(entry["lines"]) < 80)
