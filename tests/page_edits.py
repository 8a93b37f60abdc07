"""Random edits of the pages of a site: their text, titles, names and folders."""

from __future__ import annotations

import random
import re
from pathlib import Path

from every_feature import TAKEN, write_site
from every_line import DAY, EN, JA, SHOP, WANTED, Words, footer
from sites import page

_TITLE = re.compile(r"""^title:\s*["'](.*)["']\s*$""", re.MULTILINE)
_FOLDERS = ("en", "en/deep", "ja", "shop", "notes")


class PageEdits:
    """Edits pages at random, the same way for one seed; each method says what it did."""

    def __init__(self, src: Path, seed: int) -> None:
        self._src = src
        self._random = random.Random(seed)
        self._words = Words(self._random)
        self._time = TAKEN
        self._number = 0
        self._wikis = write_site(src, self._random)

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

    def _move(self, suffix: str = ".md") -> str:
        path = self._page(suffix)
        folder = self._random.choice(_FOLDERS)
        new = self._free(folder, path.stem, path.suffix)
        new.parent.mkdir(parents=True, exist_ok=True)
        path.rename(new)
        return f"move {self._name(path)} to {self._name(new)}"

    def _move_native(self) -> str:
        return self._move(".scrapbox")

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
