"""The options: a bad value costs one warning and falls back, a good one is taken."""

from __future__ import annotations

import gc
import pickle
import weakref
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from sphinx.config import Config as SphinxConfig

from sphinx_scrapbox.sphinx_ext.config import validators as module
from sphinx_scrapbox.sphinx_ext.config.options import Config, options, register
from sphinx_scrapbox.sphinx_ext.config.values import (
    FORBIDDEN_DIRECTIVES,
    Person,
    TranslationOptions,
)
from sphinx_scrapbox.sphinx_ext.warnings import Warn

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
        self.events: dict[str, Callable[..., object]] = {}

    def add_config_value(self, name: str, default: object, rebuild: Any, types: Any) -> None:
        self.config.add(name, default, rebuild, types)

    def connect(self, event: str, callback: Callable[..., object]) -> None:
        self.events[event] = callback


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
    assert DEFAULT.project == ""
    assert DEFAULT.marks == {"en", "ja"}
    assert DEFAULT.translation == TranslationOptions()


GOOD: list[tuple[str, object, object]] = [
    ("project", None, ""),
    ("project", "garden", "garden"),
    ("project", " /garden/ ", "garden"),
    ("url", "https://wiki.example/", "https://wiki.example"),
    ("url", "http://localhost:3000/wiki", "http://localhost:3000/wiki"),
    ("pages", "wiki/**", ("wiki/**",)),
    ("pages", ["b/*", "a/*"], ("b/*", "a/*")),
    ("pages", {"b/*", "a/*"}, ("a/*", "b/*")),
    ("link_documents", True, True),
    ("link_documents", False, False),
    ("link_documents", ["guide/**"], ("guide/**",)),
    ("link_documents", "guide/**", ("guide/**",)),
    ("missing", "text", "text"),
    ("missing", "warn", "warn"),
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
    ("canonical", {"a/*": "none", "**": "noindex"}, (("a/*", "none"), ("**", "noindex"))),
    ("marks", ["In Progress", "DE"], frozenset({"in_progress", "de"})),
    ("marks", [], frozenset()),
    ("icon_path", ["icons", "faces"], ("icons", "faces")),
    ("icons", "remote", "remote"),
    ("images", "link", "link"),
    ("videos", "link", "link"),
    (
        "translation",
        {"languages": {("garden", "garden-en"): ("ja", "en"), ("*", "*"): ["zh-Hant", "en-GB"]}},
        TranslationOptions(
            {("garden", "garden-en"): ("ja", "en"), ("*", "*"): ("zh-Hant", "en-GB")}
        ),
    ),
    ("translation", {"position": "both"}, TranslationOptions(position="both")),
    ("translation", {"text": "From {source}."}, TranslationOptions(text="From {source}.")),
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
    (wording,) = checked(translation={"wordings": value}).translation.wordings
    assert wording.pattern.pattern == FOOTER
    assert (wording.source_language, wording.target_language) == ("", "")
    assert said == []


def test_wording_with_languages(said: list[str]) -> None:
    value = {"wordings": [{"pattern": FOOTER, "from": "ja", "to": "en"}, FOOTER]}
    first, second = checked(translation=value).translation.wordings
    assert (first.source_language, first.target_language) == ("ja", "en")
    assert second.source_language == ""


BAD: list[tuple[str, object]] = [
    *(("project", value) for value in (1, [], "a/b", True)),
    *(("url", value) for value in (None, 1, "", "wiki.example", "ftp://x", "https://", "//x")),
    *(("url", value) for value in ("http://[::1", "javascript:x", "mailto:m@example.org")),
    *(("pages", value) for value in (None, 1, [1], {"a": 1}, ["a", None], b"x")),
    *(("link_documents", value) for value in (None, 1, [1], {"a": 1})),
    *(("missing", value) for value in (None, "", "Wiki", ["wiki"], 1)),
    *(("provenance", value) for value in (None, "", "top", [], 2)),
    *(("canonical", value) for value in (None, True, "", "live", ["wiki"], 1)),
    *(("people", value) for value in (None, [], "mio", 1)),
    *(("marks", value) for value in (None, [1], 1)),
    *(("icon_path", value) for value in (None, [None], {"a": "b"})),
    *((name, value) for name in ("icons", "images", "videos") for value in (None, "", True, [])),
    *(("translation", value) for value in (None, [], "end", 1)),
    *((name, value) for name in ("myst_links", "myst_tags") for value in (None, "yes", 2, [])),
    *(("page_directives", value) for value in (None, [1], {"note": 1})),
]


@pytest.mark.parametrize(("option", "value"), BAD, ids=lambda value: repr(value)[:30])
def test_bad_value_costs_one_warning(option: str, value: object, said: list[str]) -> None:
    assert checked(**{option: value}) == DEFAULT
    (message,) = said
    assert message.startswith(f"scrapbox_{option} must ")
    assert message.endswith("; the default is used")


def test_bad_value_leaves_the_others(said: list[str]) -> None:
    found = checked(missing="no", icons="remote", people=3)
    assert (found.missing, found.icons, found.people) == ("wiki", "remote", {})
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
        ([], 0),
        ("ja", 0),
    ],
)
def test_bad_language_loses_only_itself(languages: object, kept: int, said: list[str]) -> None:
    found = checked(translation={"languages": languages, "position": "start"}).translation
    assert len(found.languages) == kept
    assert found.position == "start"
    assert len(said) == 1
    assert "languages" in said[0]


@pytest.mark.parametrize(
    "entry", [1, None, {}, {"pattern": 1}, "(", "no groups", "(?P<project>x)", ["x"]]
)
def test_bad_wording_loses_only_itself(entry: object, said: list[str]) -> None:
    found = checked(translation={"wordings": [entry, FOOTER]}).translation
    assert [wording.pattern.pattern for wording in found.wordings] == [FOOTER]
    assert len(said) == 1
    assert said[0].startswith("scrapbox_translation wordings: ")


@pytest.mark.parametrize(
    ("given", "option"),
    [({"position": "top"}, "position"), ({"text": 1}, "text"), ({"colour": "red"}, "colour")],
)
def test_bad_part_of_the_translation(
    given: dict[str, object], option: str, said: list[str]
) -> None:
    found = checked(translation={**given, "languages": {("a", "b"): ("ja", "en")}}).translation
    assert found == TranslationOptions({("a", "b"): ("ja", "en")})
    (message,) = said
    assert repr(option) in message


@pytest.mark.parametrize("name", [*sorted(FORBIDDEN_DIRECTIVES), "autoclass", "autodoc2-object"])
def test_directive_that_wiki_text_is_not_trusted_with(name: str, said: list[str]) -> None:
    for spelling in (name, name.upper(), name.title(), f" {name}"):
        assert checked(page_directives=["note", spelling]).page_directives == {"note"}
        assert said == [
            f"scrapbox_page_directives cannot hold {spelling!r}: wiki text is not trusted with it"
        ]
        said.clear()


def test_what_reads_files_or_runs_code_is_on_the_list() -> None:
    for name in "raw include literalinclude eval-rst csv-table image figure graphviz role".split():
        assert name in FORBIDDEN_DIRECTIVES


# -- people ----------------------------------------------------------------------------


def test_person_behind_an_icon() -> None:
    people = {"mio": "Mio", "ren": {"name": "Ren", "aliases": ["/yard/ren", "/yard/R A"]}}
    config = checked(people=people, project="garden")
    assert config.person("MIO") == Person("Mio")
    assert config.person("mio", "garden") == Person("Mio")
    assert config.person("mio", "yard") is None
    assert config.person("ren", "yard") == Person("Ren")
    assert config.person("r a", "yard") == Person("Ren")
    assert config.person("aki") is None
    assert Config().person("mio") is None


# -- once per build --------------------------------------------------------------------


def test_checked_once_for_one_configuration(said: list[str]) -> None:
    config = sphinx_config(missing="no")
    assert options(config) is options(config)
    assert len(said) == 1
    assert options(sphinx_config(missing="text")).missing == "text"


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


def test_each_option_is_declared_with_help(declared: dict[str, Any]) -> None:
    assert set(declared) == {f"scrapbox_{option.name}" for option in fields(Config)}
    for option in fields(Config):
        assert option.metadata["help"].endswith(".")
        assert option.metadata["shown"]
        assert declared[f"scrapbox_{option.name}"].rebuild in {"env", "html", ""}


def test_latex_may_nest_as_deep_as_a_page(said: list[str]) -> None:
    app: Any = FakeApp()
    app.config.add("latex_elements", {}, "", dict)
    register(app)
    app.events["config-inited"](app, app.config)
    assert int(app.config.latex_elements["maxlistdepth"]) > 32 + 8  # lists and quotes
    app.config.latex_elements["maxlistdepth"] = "9"
    app.events["config-inited"](app, app.config)
    assert app.config.latex_elements["maxlistdepth"] == "9"
