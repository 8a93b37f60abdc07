"""What parser and directives leave on a document, until the domain has taken it."""

from __future__ import annotations

import pickle
from pathlib import Path

from docutils.utils import new_document
from sites import Built, Site, page

from sphinx_scrapbox.sphinx_ext.domain.domain import domain_of
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
    record = DocumentRecord(
        title="Heap", translated=((7, "/garden/堆肥", "ja"),), other_titles=("Pile",)
    )
    set_record(document, record)
    assert record_of(document.deepcopy()) == record
    assert pickle.loads(pickle.dumps(record)) == record


def test_what_is_said_by_the_page_is_among_its_facts(tmp_path: Path) -> None:
    built = build(tmp_path, "dummy")
    facts = built.facts("Compost")
    assert (facts.title, facts.summary) == ("Compost", "Layer upon layer.")
    assert (facts.source, facts.translated) == ("/garden/堆肥", ((0, "/garden/堆肥", "ja"),))
    assert "Compost" in domain_of(built.app.env).collected("related")


def test_features_keep_what_is_said_by_hand(tmp_path: Path) -> None:
    built = build(tmp_path, "dummy")
    assert not built.facts("index").is_page
    domain = domain_of(built.app.env)
    assert {"related", "lists", "include", "provenance"} == {
        feature.name for feature in domain.features if "index" in domain.collected(feature.name)
    }
    assert len(domain.collected("lists")["index"]) == 1
    assert len(domain.collected("include")["index"]) == 1


def test_no_writer_sees_the_record(tmp_path: Path) -> None:
    for builder, name in (("xml", "Compost.xml"), ("pseudoxml", "Compost.pseudoxml")):
        built = build(tmp_path, builder)
        assert "scrapbox-record" not in built.text(name)
        assert record_of(built.doctree("Compost")) == DocumentRecord()
