"""Random edits of all kinds, of a site on which every feature is on."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from every_feature import (
    CHANGES,
    CHOICES,
    DAY,
    EN,
    GUIDE,
    JA,
    LISTS,
    OPTIONS,
    OTHER,
    PEOPLE,
    PICTURES,
    PLAIN,
    SHOP,
    TAKEN,
    WANTED,
    Wiki,
    Words,
    conf,
    footer,
    id_of,
    picture_rows,
    write_inventory,
    write_site,
)
from images import png
from sites import page

from sphinx_scrapbox.snapshot.lockfile import LOCK_NAME, Lock, dump_lock, load_lock

_TITLE = re.compile(r"""^title:\s*["'](.*)["']\s*$""", re.MULTILINE)
_FOLDERS = ("en", "en/deep", "ja", "shop", "notes")
_HAND_WRITTEN = {"guide.md": GUIDE, "lists.rst": LISTS, "changes.md": CHANGES}


class EveryEdit:
    """Edits a site at random, the same way for one seed.

    :param corpus: a folder with real pages, some of which become part of the site.
    """

    def __init__(self, src: Path, seed: int, corpus: Path | None = None, pages: int = 20) -> None:
        self._src = src
        self._random = random.Random(seed)
        self._words = Words(self._random)
        self._options = dict(OPTIONS)
        self._time = TAKEN
        self._number = 0
        self._corpus = corpus
        self._real = pages
        self._wikis: dict[str, Wiki] = {}
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

    def start(self) -> None:
        """Write the site."""
        self._wikis = write_site(self._src, self._random)
        if self._corpus:
            self._add_real_pages(self._corpus)
        self._git("init", "-q")
        self._commit()

    def edit(self) -> str:
        """Do one thing, or two; what was done."""
        done = self._random.choice(self._kinds)()
        if self._random.random() < 0.15:
            done += f"; {self._random.choice(self._kinds)()}"
        return done

    # -- what there is -----------------------------------------------------------------

    def _pages(self, *suffixes: str) -> list[Path]:
        """The page files with these suffixes, of which there is always one."""
        paths = [
            path
            for path in sorted(self._src.rglob("*"))
            if path.suffix in suffixes
            and path.relative_to(self._src).parts[0] in (*self._wikis, "en", "notes", "real")
        ]
        if not paths:
            path = self._src / "en/Soil.md"
            path.write_text(page("Soil", *self._words.lines(native=False)), encoding="utf-8")
            paths = [path]
        return paths

    def _page(self, *suffixes: str) -> Path:
        return self._random.choice(self._pages(*(suffixes or (".md", ".scrapbox"))))

    def _name(self, path: Path) -> str:
        return path.relative_to(self._src).as_posix()

    def _write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")

    def _rows(self, path: Path) -> tuple[list[str], int]:
        """The lines of a page, and where those of its text begin."""
        rows = path.read_text("utf-8").split("\n")
        if rows[0] == "---" and "---" in rows[1:]:
            return rows, rows.index("---", 1) + 1
        return rows, 1

    def _free(self, folder: str, name: str, suffix: str) -> Path:
        """A path that no file has."""
        path = self._src / folder / f"{name}{suffix}"
        while path.exists():
            self._number += 1
            path = path.with_name(f"{name} {self._number}{suffix}")
        return path

    def _later(self) -> int:
        self._time += self._random.randrange(1, 5) * DAY
        return self._time

    # -- text of pages -----------------------------------------------------------------

    def _append(self) -> str:
        path = self._page()
        line = self._words.line(native=path.suffix == ".scrapbox")
        self._write(path, f"{path.read_text('utf-8')}\n{line}")
        return f"append {line!r} to {self._name(path)}"

    def _insert(self) -> str:
        path = self._page()
        rows, start = self._rows(path)
        at = self._random.choice((start, self._random.randint(start, len(rows))))
        line = self._words.line(native=path.suffix == ".scrapbox")
        rows.insert(at, line)
        self._write(path, "\n".join(rows))
        return f"insert {line!r} at {at} in {self._name(path)}"

    def _remove_line(self) -> str:
        path = self._page()
        rows, start = self._rows(path)
        if start >= len(rows):
            return f"no line to remove in {self._name(path)}"
        at = self._random.randrange(start, len(rows))
        removed = rows.pop(at)
        self._write(path, "\n".join(rows))
        return f"remove {removed!r} from {self._name(path)}"

    def _new_footer(self) -> str:
        path = self._page(".md")
        text = path.read_text("utf-8")
        if "\n---\nThis page is auto" in text and self._random.random() < 0.5:
            self._write(path, text.partition("\n---\nThis page is auto")[0])
            return f"remove the footer of {self._name(path)}"
        title = self._random.choice([*JA, EN[0]])
        self._write(path, "\n".join([text, *footer(title)]))
        return f"footer of {title} on {self._name(path)}"

    # -- titles and names --------------------------------------------------------------

    def _set_title(self, path: Path, title: str) -> None:
        text = path.read_text("utf-8")
        if path.suffix == ".md":
            text = _TITLE.sub(lambda match: f'title: "{title}"', text, count=1)
        else:
            text = "\n".join([title, *text.split("\n")[1:]])
        self._write(path, text)

    def _title(self, path: Path) -> str:
        text = path.read_text("utf-8")
        if path.suffix == ".md":
            match = _TITLE.search(text)
            return match[1] if match else path.stem
        return text.split("\n")[0]

    def _retitle(self) -> str:
        path = self._page()
        title = self._random.choice([*EN, *JA, *SHOP, *WANTED, "Quite new"])
        before = self._title(path)
        self._set_title(path, title)
        return f"title of {self._name(path)}: {before!r} to {title!r}"

    def _rename_file(self) -> str:
        path = self._page()
        name = self._random.choice(("renamed", "Nowhere", "a-b", "Soil", "ゆ"))
        new = self._free(self._name(path.parent), name, path.suffix)
        path.rename(new)
        return f"rename {self._name(path)} to {self._name(new)}"

    def _rename_both(self) -> str:
        return f"{self._retitle()}; {self._rename_file()}"

    def _swap_titles(self) -> str:
        first, second = self._page(), self._page()
        one, two = self._title(first), self._title(second)
        self._set_title(first, two)
        self._set_title(second, one)
        return f"swap the titles of {self._name(first)} and {self._name(second)}"

    def _change_case(self) -> str:
        path = self._page()
        title = self._title(path)
        self._set_title(path, title.swapcase())
        return f"change the case of {title!r} of {self._name(path)}"

    def _change_front_matter(self) -> str:
        path = self._page(".md")
        field = self._random.choice(
            [
                *('aliases: ["Earlier one", "Unwritten page"]', "lang: ja", "tags: [mulch, 春]"),
                *("project: garden", "project: shop", "updated: 2024-01-02"),
            ]
        )
        text = path.read_text("utf-8")
        self._write(path, text.replace("\n---\n", f"\n{field}\n---\n", 1))
        return f"{field} in {self._name(path)}"

    def _date(self) -> str:
        path = self._page(".md")
        text = re.sub(r"^(updated|created):.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
        day = f"202{self._random.randrange(6)}-0{self._random.randint(1, 9)}-11"
        field = self._random.choice(("updated", "created"))
        self._write(path, text.replace("\n---\n", f"\n{field}: {day}\n---\n", 1))
        return f"{field} {day} in {self._name(path)}"

    # -- files -------------------------------------------------------------------------

    def _add(self) -> str:
        folder = self._random.choice(_FOLDERS)
        native = folder in ("ja", "shop")
        title = self._words.title(native=native)
        lines = self._words.lines(native=native)
        name = title.replace(":", "-").replace("/", "-").replace("?", "-")
        path = self._free(folder, name, ".scrapbox" if native else ".md")
        if not native and self._random.random() < 0.5:
            lines += footer(self._random.choice(JA))
        self._write(path, "\n".join([title, *lines]) if native else page(title, *lines))
        return f"add {self._name(path)}, {title!r}"

    def _remove(self) -> str:
        path = self._page()
        path.unlink()
        return f"remove {self._name(path)}"

    def _move(self) -> str:
        path = self._page(".md")
        folder = self._random.choice(_FOLDERS)
        new = self._free(folder, path.stem, path.suffix)
        new.parent.mkdir(parents=True, exist_ok=True)
        path.rename(new)
        return f"move {self._name(path)} to {self._name(new)}"

    def _move_native(self) -> str:
        path = self._page(".scrapbox")
        folder = self._random.choice(_FOLDERS)
        new = self._free(folder, path.stem, path.suffix)
        new.parent.mkdir(parents=True, exist_ok=True)
        path.rename(new)
        return f"move {self._name(path)} to {self._name(new)}"

    def _replace_page(self) -> str:
        """A page becomes a hand-written document of the same name, or a page in the other form."""
        path = self._page()
        suffix = self._random.choice([s for s in (".md", ".scrapbox", ".rst") if s != path.suffix])
        title = self._title(path)
        path.unlink()
        texts = {
            ".md": f"# {title}\n\nBy hand, on [[Soil]].\n",
            ".scrapbox": f"{title}\n[Soil] #mulch\n",
            ".rst": f"Title\n=====\n\n:scrapbox:page:`{title}`\n",
        }
        self._write(path.with_suffix(suffix), texts[suffix])
        return f"{self._name(path)} becomes {suffix}"

    def _unmark(self) -> str:
        """Remove what shows that a page is one."""
        path = self._page(".md")
        rows = [row for row in path.read_text("utf-8").split("\n") if "scrapbox.io" not in row]
        self._write(path, "\n".join(rows))
        return f"no mark in {self._name(path)}"

    def _folder(self) -> str:
        """A folder is renamed."""
        names = [self._src / "en" / name for name in ("deep", "deeper", "堆")]
        paths = [path for path in names if path.is_dir()] or [self._src / "en/deep"]
        free = [path for path in names if not path.is_dir()]
        if not paths[0].is_dir() or not free:
            return "no folder to rename"
        new = self._random.choice(free)
        paths[0].rename(new)
        return f"folder {paths[0].name} to {new.name}"

    def _touch(self) -> str:
        path = self._random.choice([*self._pages(".md", ".scrapbox"), self._src / "guide.md"])
        path.touch()
        return f"touch {self._name(path)}"

    def _nothing(self) -> str:
        return "nothing"

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
        path = self._page(".md")
        self._write(path, f"{path.read_text('utf-8')}\nSee [[Bank account]].")
        return f"a link to a denied page in {self._name(path)}"

    # -- real pages --------------------------------------------------------------------

    def _add_real_pages(self, corpus: Path) -> None:
        paths = sorted(corpus.glob("exported*/*.md"))
        for path in self._random.sample(paths, self._real):
            new = self._free("real", path.stem[:60].strip(), ".md")
            self._write(new, path.read_text("utf-8"))
        export = json.loads((corpus / "native/villagepump.json").read_text("utf-8"))
        wiki = self._wikis["pump"] = Wiki("villagepump", self._src / "pump")
        for entry in self._random.sample(list(_short(export["pages"])), self._real // 2):
            wiki.pages[entry["id"]] = entry
        wiki.unpack()


def _short(pages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (entry for entry in pages if len(entry["lines"]) < 80)
