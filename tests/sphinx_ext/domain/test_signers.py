"""Who signs elsewhere decides who speaks here: in each build, after each edit, in parallel."""

from __future__ import annotations

from pathlib import Path

import pytest
from outputs import stale_files
from sites import Site, icon, page

from sphinx_scrapbox.wiki.speakers import signers

CONFIG = {"scrapbox_project": "garden-en"}


@pytest.fixture(autouse=True)
def few_signatures_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signers, "MIN_SIGNED", 10)


NAMES = ("ada", "bo", "cy", "di", "ed")
NATIVE = (
    "Native\n[pump.icon]hums\n[ada.icon]listens to it\n> [pump.icon]hums\n[pump.icon]\nalone\n"
)


def signed(*names: str, indent: str = "") -> list[str]:
    return [f"{indent}Dug a bed {icon(name)}" for name in names]


def site_of(tmp_path: Path) -> Site:
    """Five people sign on two pages each; the pump opens two turns on each of two pages."""
    return Site(
        tmp_path / "src",
        {
            "index.md": "# Index\n\n[[Tools]]\n\n```{scrapbox:people}\n```\n\n"
            "```{scrapbox:include} Tools\n```\n",
            "wiki/one.md": page("One", *signed(*NAMES)),
            "wiki/two.md": page("Two", *signed(*NAMES, indent="- ")),
            "wiki/tools.md": page(
                "Tools", icon("pump") + "hums again", icon("ada") + "Listen to that.", "", "Well."
            ),
            "wiki/native.scrapbox": NATIVE,
            "wiki/other.md": page("Other", "Nothing of that."),
        },
    )


def test_a_thing_that_never_signs_does_not_speak(tmp_path: Path) -> None:
    built = site_of(tmp_path).build(**CONFIG)
    assert built.warnings == []
    assert built.facts("wiki/tools").people == ("ada",)
    assert built.facts("wiki/native").people == ("ada",)
    assert built.facts("index").people == ("ada",)  # which shows a page


def test_a_thing_of_scrapbox_people_does(tmp_path: Path) -> None:
    built = site_of(tmp_path).build(scrapbox_people={"pump": "The pump"}, **CONFIG)
    assert set(built.facts("wiki/tools").people) == {"pump", "ada"}


@pytest.mark.parametrize(
    ("edit", "people"),
    [
        # the pump signs on two pages
        ({"wiki/one.md": page("One", *signed(*NAMES, "pump"))}, {"ada"}),
        (
            {
                "wiki/one.md": page("One", *signed(*NAMES, "pump")),
                "wiki/two.md": page("Two", *signed("pump", *NAMES)),
            },
            {"ada", "pump"},
        ),
        # ada no longer does, and fay does
        (
            {
                "wiki/two.md": page("Two", *signed(*NAMES[1:], "fay")),
                "wiki/three.md": page("Three", *signed(*NAMES[1:], "fay")),
            },
            set(),
        ),
        # nobody signs any longer, so nobody is doubted
        ({"wiki/two.md": page("Two", "Nothing was dug.")}, {"ada", "pump"}),
    ],
)
def test_an_edit_gives_what_a_fresh_build_gives(
    tmp_path: Path, edit: dict[str, str], people: set[str]
) -> None:
    site = site_of(tmp_path)
    site.build(**CONFIG)
    site.write(edit)
    kept = site.build(**CONFIG)
    assert set(kept.facts("wiki/tools").people) == people
    assert stale_files(site, kept, **CONFIG) == []
    if people == {"ada"}:  # as before: nothing but the page that was edited is read again
        assert kept.read == sorted(name.rpartition(".")[0] for name in edit)


def test_a_page_that_is_removed_counts_no_longer(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    site.build(**CONFIG)
    (site.src / "wiki/two.md").unlink()
    kept = site.build(**CONFIG)
    assert set(kept.facts("wiki/tools").people) == {"ada", "pump"}
    left = {"left over: _sources/wiki/two.md.txt", "left over: wiki/two.html"}  # by Sphinx
    assert set(stale_files(site, kept, **CONFIG)) <= left


def test_an_edit_of_one_name_reads_the_pages_with_it(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    site.build(**CONFIG)
    lines = signed(*NAMES, "pump")
    site.write({"wiki/one.md": page("One", *lines), "wiki/two.md": page("Two", *lines)})
    kept = site.build(**CONFIG)
    assert kept.read == ["index", "wiki/native", "wiki/one", "wiki/tools", "wiki/two"]


def test_processes_know_the_same_signers(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    serial = site.build(**CONFIG)
    parallel = site.build(target="_parallel", parallel=4, **CONFIG)
    assert stale_files(site, parallel, **CONFIG) == []
    for name in ("wiki/tools", "wiki/native", "index"):
        assert serial.facts(name) == parallel.facts(name)
    again = site.build(target="_parallel", parallel=4, **CONFIG)
    assert again.read == []


def test_names_of_denied_pages_are_not_stored(tmp_path: Path) -> None:
    deny = {"titles": ["Ada"], "allow": []}
    built = site_of(tmp_path).build(scrapbox_deny=deny, **CONFIG)
    assert not [line for line in built.warnings if "deny" in line]
    assert "ada" not in repr(built.app.env.domaindata["scrapbox"]).lower()


def test_few_signatures_are_no_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    built = site_of(tmp_path).build(**CONFIG)
    assert set(built.facts("wiki/tools").people) == {"ada", "pump"}


def test_denied_pages_do_not_count(tmp_path: Path) -> None:
    built = site_of(tmp_path).build(scrapbox_deny={"titles": ["Two"]}, **CONFIG)
    assert set(built.facts("wiki/tools").people) == {"ada", "pump"}
