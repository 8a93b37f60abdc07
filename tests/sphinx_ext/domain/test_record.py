"""What parser and directives leave on a document, until the domain has taken it."""

from __future__ import annotations

import pickle
from pathlib import Path

from docutils.utils import new_document
from sites import Built, Site, page

from sphinx_scrapbox.sphinx_ext.domain.record import DocumentRecord, record_of, set_record

FOOTER = (
    "---",
    "This page is auto-translated from "
    "[/garden/堆肥](https://scrapbox.io/garden/堆肥) using DeepL.",
)
INDEX = """
Index
=====

.. scrapbox:tagged:: mulch

.. scrapbox:related::

.. scrapbox:include:: Compost

.. scrapbox:include:: Compost

|scrapbox-project|
"""


def build(tmp_path: Path, builder: str) -> Built:
    files = {"index.rst": INDEX, "Compost.md": page("Compost", "Layer upon layer.", *FOOTER)}
    return Site(tmp_path / "src", files).build(builder, scrapbox_project="garden-en")


def test_record_survives_copies_and_pickles() -> None:
    document = new_document("a")
    assert record_of(document) == DocumentRecord()
    record = DocumentRecord(title="Heap", translated=((7, "/garden/堆肥"),), was=("Pile",))
    set_record(document, record)
    assert record_of(document.deepcopy()) == record
    assert pickle.loads(pickle.dumps(record)) == record


def test_what_is_said_by_the_page_is_among_its_facts(tmp_path: Path) -> None:
    facts = build(tmp_path, "dummy").facts("Compost")
    assert (facts.title, facts.summary) == ("Compost", "Layer upon layer.")
    assert (facts.source, facts.translated) == ("/garden/堆肥", ((0, "/garden/堆肥"),))
    assert facts.shows_related


def test_what_is_said_by_hand_is_among_the_facts(tmp_path: Path) -> None:
    facts = build(tmp_path, "dummy").facts("index")
    assert not facts.is_page
    assert facts.shows_related
    assert len(facts.lists) == len(facts.includes) == 1
    assert facts.snapshots


def test_no_writer_sees_the_record(tmp_path: Path) -> None:
    for builder, name in (("xml", "Compost.xml"), ("pseudoxml", "Compost.pseudoxml")):
        built = build(tmp_path, builder)
        assert "scrapbox-record" not in built.text(name)
        assert record_of(built.doctree("Compost")) == DocumentRecord()
