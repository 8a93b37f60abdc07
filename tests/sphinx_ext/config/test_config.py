"""The options: a bad value costs one warning and falls back, a good one is taken."""

from __future__ import annotations

import ast
import gc
import inspect
import pickle
import weakref
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sites import Site, page
from sphinx.config import Config as SphinxConfig
from sphinx.project import Project

from sphinx_scrapbox.sphinx_ext.config import validators as module
from sphinx_scrapbox.sphinx_ext.config.options import Config, options, prepare_config, register
from sphinx_scrapbox.sphinx_ext.config.values import (
    FORBIDDEN_DIRECTIVES,
    LanguageOptions,
    Person,
    ProjectOptions,
)
from sphinx_scrapbox.sphinx_ext.sources.locks import Locks
from sphinx_scrapbox.sphinx_ext.sources.projects import SiteProjects
from sphinx_scrapbox.sphinx_ext.warnings import Warn
from sphinx_scrapbox.wiki.redaction import NamePatterns

FOOTER = r"Translated from (?P<link>/\S+)"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was complained about."""
    messages: list[str] = []

    def warn(subtype: Warn, message: str) -> None:
        assert subtype is Warn.CONFIG
        messages.append(message)

    monkeypatch.setattr(module, "warn", warn)
    return messages


class FakeApp:
    """As much of an application as the registration of options needs."""

    def __init__(self, **values: object) -> None:
        self.config = SphinxConfig({f"scrapbox_{k}": v for k, v in values.items()})

    def add_config_value(self, name: str, default: object, rebuild: Any, types: Any) -> None:
        self.config.add(name, default, rebuild, types)


def sphinx_config(**values: object) -> SphinxConfig:
    app: Any = FakeApp(**values)
    register(app)
    config: SphinxConfig = app.config
    return config


def checked(**values: object) -> Config:
    return options(sphinx_config(**values))


DEFAULT = Config()


def test_defaults(said: list[str]) -> None:
    assert checked() == DEFAULT
    assert said == []
    assert DEFAULT.project == ProjectOptions()
    assert DEFAULT.marks == NamePatterns(("en", "ja"))
    assert DEFAULT.provenance == "none"
    assert dict(DEFAULT.related) == {"**": "cards"}
    assert (DEFAULT.icons, DEFAULT.images, DEFAULT.videos) == ("local", "remote", "remote")
    assert (DEFAULT.translation_notice, DEFAULT.language_switcher) == ("end", "start")


GOOD: list[tuple[str, object, object]] = [
    ("project", None, ProjectOptions()),
    ("project", "garden", ProjectOptions("garden")),
    ("project", " /garden/ ", ProjectOptions("garden")),
    ("project", {"en/**": "/a/", "x": "b"}, ProjectOptions(globs=(("en/**", "a"), ("x", "b")))),
    ("url", "https://wiki.example/", "https://wiki.example"),
    ("url", "http://localhost:3000/wiki", "http://localhost:3000/wiki"),
    ("pages", "wiki/**", ("wiki/**",)),
    ("pages", ["b/*", "a/*"], ("b/*", "a/*")),
    ("pages", {"b/*", "a/*"}, ("a/*", "b/*")),
    ("link_documents", True, ("**",)),
    ("link_documents", False, ()),
    ("link_documents", ["guide/**"], ("guide/**",)),
    ("link_documents", "guide/**", ("guide/**",)),
    ("missing", "text", (("**", "text"),)),
    ("missing", "auto", (("**", "auto"),)),
    ("missing", {"guide/**": "warn", "*": "wiki"}, (("guide/**", "warn"), ("*", "wiki"))),
    ("people", {"mio": "Mio Aoki"}, {"mio": Person("Mio Aoki")}),
    ("people", {"Mio A": {}}, {"mio_a": Person("Mio A")}),
    (
        "people",
        {"mio": {"link": "https://example.org/mio", "image": "faces/mio.png"}},
        {"mio": Person("mio", "https://example.org/mio", "faces/mio.png")},
    ),
    (
        "people",
        {
            "mio": {
                "name": "Mio",
                "aliases": ["/Garden/Mio A", "m"],
                "link": "mailto:m@example.org",
            }
        },
        dict.fromkeys(["mio", "/garden/mio_a", "m"], Person("Mio", "mailto:m@example.org")),
    ),
    ("people", {"mio": {"aliases": "m"}}, {"mio": Person("mio"), "m": Person("mio")}),
    ("provenance", True, "end"),
    ("provenance", False, "none"),
    ("provenance", "start", "start"),
    ("canonical", "wiki", (("**", "wiki"),)),
    ("canonical", "https://a.test/b/", (("**", "https://a.test/b"),)),
    ("canonical", {"a/*": False, "**": "noindex"}, (("a/*", "none"), ("**", "noindex"))),
    *(
        (name, value, (("**", word),))
        for name, on in (("related", "cards"), ("search", "auto"), ("canonical", "self"))
        for value, word in ((True, on), (False, "none"))
    ),
    ("related", {"a/*": False, "**": True}, (("a/*", "none"), ("**", "cards"))),
    ("marks", ["*-status", "DE"], NamePatterns(("*-status", "DE"))),
    ("marks", [], NamePatterns()),
    ("icon_path", ["icons", "faces"], ("icons", "faces")),
    ("icons", "remote", "remote"),
    *(
        (name, value, word)
        for name in ("icons", "images", "videos")
        for value, word in (("local",) * 2, ("remote",) * 2, (True, "remote"), (False, "local"))
    ),
    (
        "languages",
        {("garden", "garden-en"): ("ja", "en"), ("*", "*"): ["zh-Hant", "en-GB"]},
        LanguageOptions({("garden", "garden-en"): ("ja", "en"), ("*", "*"): ("zh-Hant", "en-GB")}),
    ),
    (
        "languages",
        {"garden": "ja", "wiki/**": "en"},
        LanguageOptions({}, {"garden": "ja"}, (("wiki/**", "en"),)),
    ),
    ("translation_notice", "both", "both"),
    ("translation_notice", False, "none"),
    ("language_switcher", True, "start"),
    ("language_switcher", False, "none"),
    ("translation_text", "From {source}.", "From {source}."),
    ("translation_pairs", {"/en/My Page": "/ja/Seite A"}, {"/en/my_page": "/ja/Seite A"}),
    ("translation_pairs", {"/en/": "/ja"}, {"/en": "/ja"}),
    ("translation_sources", "../ja", ("../ja",)),
    ("data_files", ["markdown", "json"], ("json", "markdown")),
    ("data_files", True, ("json", "atom", "markdown", "llms")),
    *(("data_files", value, ()) for value in (False, [])),
    ("myst_links", False, False),
    ("myst_links", 0, False),
    ("myst_tags", 1, True),
    ("page_directives", ["note", "my:tip"], frozenset({"note", "my:tip"})),
]


@pytest.mark.parametrize(("option", "value", "expected"), GOOD)
def test_good_values(option: str, value: object, expected: object, said: list[str]) -> None:
    assert getattr(checked(**{option: value}), option) == expected
    assert said == []


@pytest.mark.parametrize(
    "value",
    [FOOTER, [FOOTER], {"pattern": FOOTER}, [{"pattern": FOOTER, "from": "", "to": ""}]],
)
def test_wordings(value: object, said: list[str]) -> None:
    (wording,) = checked(translation_wordings=value).translation_wordings
    assert wording.pattern.pattern == FOOTER
    assert (wording.source_language, wording.target_language) == ("", "")
    assert said == []


def test_wording_with_languages(said: list[str]) -> None:
    value = [{"pattern": FOOTER, "from": "ja", "to": "en"}, FOOTER]
    first, second = checked(translation_wordings=value).translation_wordings
    assert (first.source_language, first.target_language) == ("ja", "en")
    assert second.source_language == ""


BAD: dict[str, list[object]] = {
    "project": [1, [], "a/b", True],
    "url": [1, "", "wiki.example", "ftp://x", "https://", "//x", "http://[::1", "javascript:x"],
    "pages": [1, [1], {"a": 1}, ["a", None], b"x"],
    "link_documents": [2, [1], {"a": 1}],
    "missing": ["", "Wiki", ["wiki"], 1],
    "provenance": ["", "top", [], 2],
    "related": ["none", "", 2, ["cards"]],
    "search": ["none", 3],
    "search_full": [-1, "many", True, 1.5],
    "search_engine": ["lunr", "", True, 1],
    "canonical": ["none", "", "live", ["wiki"], 2, "javascript://x", "https://"],
    "people": [[], "mio", 1],
    "marks": [[1], 1],
    "icon_path": [[None], {"a": "b"}],
    **{key: ["", "link", 2, []] for key in ["icons", "images", "videos"]},
    **{key: [[], 1, "ja"] for key in ["languages", "translation_pairs"]},
    "translation_notice": ["top", "none", 2, []],
    "language_switcher": ["both", 2, []],
    "translation_text": [True, []],
    "translation_wordings": [1, True],
    "translation_sources": [1, [1]],
    **{key: ["yes", 2, []] for key in ["myst_links", "myst_tags", "previews", "indices"]},
    "page_directives": [[1], {"note": 1}],
    "data_files": ["csv", ["json", "csv"], [1, 2], {"json": 1}],
    "metadata": ["yes", 2],
}


@pytest.mark.parametrize(
    ("option", "value"), [(option, value) for option, values in BAD.items() for value in values]
)
def test_bad_value_costs_one_warning(option: str, value: object, said: list[str]) -> None:
    assert checked(**{option: value}) == DEFAULT
    (message,) = said
    assert message.startswith(f"scrapbox_{option} must ")
    assert message.endswith("; the default is used")


def test_none_means_the_default(said: list[str]) -> None:
    assert checked(**dict.fromkeys(option.name for option in fields(Config))) == DEFAULT
    assert said == []


def test_values_from_the_command_line(said: list[str]) -> None:
    """Sphinx converts what ``-D`` sets by the type of the default."""
    given = {
        "provenance": "start", "link_documents": "guide/**", "related": "0", "images": "0",
        "canonical": "1", "previews": "0", "language_switcher": "end", "pages": "a/*,b/*",
        "data_files": "0",
    }  # fmt: skip
    app: Any = FakeApp()
    app.config = SphinxConfig({}, {f"scrapbox_{name}": value for name, value in given.items()})
    register(app)
    config = options(app.config)
    assert (config.provenance, config.link_documents) == ("start", ("guide/**",))
    assert (config.related, config.canonical) == ((("**", "none"),), (("**", "self"),))
    assert (config.images, config.previews, config.language_switcher) == ("local", False, "end")
    assert config.pages == ("a/*", "b/*")
    assert config.data_files == ()
    assert said == []


def test_bad_value_leaves_the_others(said: list[str]) -> None:
    found = checked(missing="no", icons="remote", people=3)
    assert (found.missing_mode("a"), found.icons, found.people) == ("auto", "remote", {})
    assert len(said) == 2


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        (("ren", 1), None),
        ((1, "Ren"), None),
        (("ren", ["Ren"]), None),
        (("ren", {"name": 1}), None),
        (("ren", {"nmae": "Ren"}), None),
        (("ren", {1: "Ren"}), None),
        (("ren", {"image": None}), None),
        (("ren", {"name": "Ren", "link": "javascript:x"}), Person("Ren")),
        (("ren", {"name": "Ren", "link": "http://[x"}), Person("Ren")),
        (("ren", {"name": "Ren", "link": "https:x"}), Person("Ren")),
        (("ren", {"name": "Ren", "link": "example.org"}), Person("Ren")),
        (("ren", {"name": "Ren", "aliases": 1}), Person("Ren")),
        (("ren", {"name": "Ren", "aliases": [1]}), Person("Ren")),
    ],
)
def test_bad_person_loses_only_itself(
    entry: tuple[object, object], left: Person | None, said: list[str]
) -> None:
    people = checked(people={"mio": "Mio", entry[0]: entry[1]}).people
    assert people == {"mio": Person("Mio")} | ({"ren": left} if left else {})
    (message,) = said
    assert message.startswith(f"scrapbox_people entry {entry[0]!r}")


@pytest.mark.parametrize(
    ("languages", "kept"),
    [
        ({("a", "b"): ("ja", "en"), "a": ("ja", "en")}, 1),
        ({("a", "b"): ("ja", "en"), ("a",): ("ja", "en")}, 1),
        ({("a", "b"): ("ja", "en"), ("c", "d"): "ja"}, 1),
        ({("a", "b"): ("ja", "en"), ("c", "d"): ("ja", "English language")}, 1),
        ({("a", "b"): ("ja", "en"), ("c", "d"): ("ja", "")}, 1),
        ({("a", "b"): ("ja", "en"), ("c", "d"): ("ja", None)}, 1),
    ],
)
def test_bad_language_loses_only_itself(languages: object, kept: int, said: list[str]) -> None:
    assert len(checked(languages=languages).languages.pairs) == kept
    assert len(said) == 1
    assert said[0].startswith("scrapbox_languages entry ")


@pytest.mark.parametrize(
    "entry", [1, None, {}, {"pattern": 1}, "(", "no groups", "(?P<project>x)", ["x"]]
)
def test_bad_wording_loses_only_itself(entry: object, said: list[str]) -> None:
    found = checked(translation_wordings=[entry, FOOTER]).translation_wordings
    assert [wording.pattern.pattern for wording in found] == [FOOTER]
    assert len(said) == 1
    assert said[0].startswith(f"scrapbox_translation_wordings entry {entry!r}")


@pytest.mark.parametrize(
    "pairs",
    [{"Rain": "/ja/雨"}, {"/en/Rain": "雨"}, {"/en": "/ja/雨"}, {"/en/Rain": 3}, {"/": "/"}],
)
def test_bad_pair_loses_only_itself(pairs: dict[str, object], said: list[str]) -> None:
    found = checked(translation_pairs={**pairs, "/en": "/ja"} if "/en" not in pairs else pairs)
    assert set(found.translation_pairs) == {"/en"} - set(pairs)
    (message,) = said
    assert message.startswith(f"scrapbox_translation_pairs entry {next(iter(pairs))!r}")


def test_bad_mode_loses_only_itself(said: list[str]) -> None:
    assert checked(related={"a": "none", 1: "list", "b": False}).related == (("b", "none"),)
    assert said == [
        "scrapbox_related entry 'a': 'none': must be 'cards', 'list', True or False",
        "scrapbox_related entry 1: 'list': must be a string",
    ]


@pytest.mark.parametrize("name", [*sorted(FORBIDDEN_DIRECTIVES), "autoclass", "autodoc2-object"])
def test_directive_that_wiki_text_is_not_trusted_with(name: str, said: list[str]) -> None:
    for spelling in (name, name.upper(), name.title(), f" {name}"):
        assert checked(page_directives=["note", spelling]).page_directives == {"note"}
        assert said == [
            f"scrapbox_page_directives cannot contain {spelling!r}: wiki text must not use it"
        ]
        said.clear()


def test_what_reads_files_or_runs_code_is_on_the_list() -> None:
    for name in "raw include literalinclude eval-rst csv-table image figure graphviz role".split():
        assert name in FORBIDDEN_DIRECTIVES


# -- people ----------------------------------------------------------------------------


def test_person_behind_an_icon(tmp_path: Path) -> None:
    people = {"mio": "Mio", "ren": {"name": "Ren", "aliases": ["/yard/ren", "/yard/R A"]}}
    config = checked(people=people, project="garden")
    projects = SiteProjects(Project(tmp_path, {}), Locks(tmp_path), config)
    assert projects.person("MIO") == Person("Mio")
    assert projects.person("mio", "garden") == Person("Mio")
    assert projects.person("mio", "yard") is None
    assert projects.person("ren", "yard") == projects.person("ren", own="yard") == Person("Ren")
    assert projects.person("r a", "yard") == Person("Ren")
    assert projects.person("mio", own="yard") == Person("Mio")  # each wiki has its own Mio
    assert projects.person("aki") is None


# -- once per build --------------------------------------------------------------------


def test_checked_once_for_one_configuration(said: list[str]) -> None:
    config = sphinx_config(missing="no")
    assert options(config) is options(config)
    assert len(said) == 1
    assert options(sphinx_config(missing="text")).missing_mode("a") == "text"


def test_kept_no_longer_than_the_configuration() -> None:
    config = sphinx_config()
    kept = weakref.ref(options(config))
    assert kept() is not None
    del config
    gc.collect()
    assert kept() is None


def test_pickles(said: list[str]) -> None:
    values: dict[str, object] = {name: value for name, value, _ in GOOD}
    config = sphinx_config(**values)
    assert pickle.loads(pickle.dumps(options(config))) == options(config)
    again = pickle.loads(pickle.dumps(config))
    assert options(again) == options(config)


def test_given_values_are_left_alone(said: list[str]) -> None:
    people = {"mio": "Mio", "ren": 1, "aki": {"aliases": ["a"]}}
    config = sphinx_config(people=people, pages=["b", "a"])
    options(config)
    assert config["scrapbox_people"] == {"mio": "Mio", "ren": 1, "aki": {"aliases": ["a"]}}
    assert config["scrapbox_pages"] == ["b", "a"]


@pytest.fixture
def declared() -> dict[str, Any]:
    app: Any = FakeApp()
    register(app)
    return {value.name: value for value in app.config if value.name.startswith("scrapbox_")}


def test_each_option_has_a_docstring() -> None:
    """The documentation shows it."""
    (tree,) = ast.parse(inspect.getsource(Config)).body
    assert isinstance(tree, ast.ClassDef)
    for member, below in pairwise(tree.body):
        if isinstance(member, ast.AnnAssign):
            assert isinstance(below, ast.Expr)
            assert ast.literal_eval(below.value).endswith(".")


def test_each_option_is_declared(declared: dict[str, Any]) -> None:
    assert set(declared) == {f"scrapbox_{option.name}" for option in fields(Config)}
    for option in fields(Config):
        assert option.metadata["shown"]
        assert declared[f"scrapbox_{option.name}"].rebuild in {"env", "html", ""}


def test_latex_may_nest_as_deep_as_a_page() -> None:
    app: Any = FakeApp()
    app.config.add("latex_elements", {}, "", dict)
    app.config.add("scrapbox_deny", {}, "", dict)
    prepare_config(app, app.config)
    assert int(app.config.latex_elements["maxlistdepth"]) > 32 + 8  # lists and quotes
    app.config.latex_elements["maxlistdepth"] = "9"
    prepare_config(app, app.config)
    assert app.config.latex_elements["maxlistdepth"] == "9"


# -- handlers of config-inited ---------------------------------------------------------

CONF = """
extensions = ["sphinx_scrapbox"]
scrapbox_missing = "text"
scrapbox_images = "unusable"


def set_late(app, config):
    config.scrapbox_related = False
    config.scrapbox_images = False


def set_last(app, config):
    config.scrapbox_deny = {"titles": ["Hidden plan"]}
    config.scrapbox_missing = "wiki"
    config.latex_elements = {"papersize": "a4paper"}


def setup(app):
    app.connect("config-inited", set_late, priority=500)
    app.connect("config-inited", set_last, priority=900)
"""


def test_handlers_of_config_inited_may_set_options(tmp_path: Path) -> None:
    wiki = {
        name: page(name, "See [[Compost]] and [[Heap]].", "![image](https://a.test/b.png)")
        for name in ("Compost", "Soil", "Hidden plan")
    }
    files = {f"{name}.md": text for name, text in wiki.items()}
    site = Site(tmp_path / "src", {"conf.py": CONF, "index.md": "# Index\n", **files})
    built = site.build(scrapbox_project="garden")
    assert built.warnings == []
    html = built.text("Soil.html")
    assert "scrapbox-related" not in html
    assert "https://scrapbox.io/garden-en/Heap" in html
    assert 'href="https://a.test/b.png"' in html
    assert 'src="https://a.test' not in html
    assert not (built.out / "Hidden plan.html").exists()
    assert built.app.config.latex_elements["maxlistdepth"] == "48"
    pickled = (built.out.parent / "doctrees" / "environment.pickle").read_bytes()
    assert b"idden plan" not in pickled
