"""Addresses in the form that validators of documents ask for."""

from __future__ import annotations

import pytest

from sphinx_scrapbox.wiki.urls import valid_url


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://e.org/a%20b?c=%E3%81%82#d", None),
        ("https://日本.jp/あ", None),
        ("http://[::1]:80/", None),
        ("https://1.2.3.4/", None),
        ("https://u@e_x.org:8080/-", None),
        ("mailto:a@e.org", None),
        ("https://e.org/100%", "https://e.org/100%25"),
        ("https://e.org/%E3%8", "https://e.org/%E3%258"),
        ("https://e.org/%u3042", "https://e.org/%25u3042"),
        ("https://e.org/a#b#c", "https://e.org/a#b%23c"),
        ("https://e.org/[a]|\\", "https://e.org/%5Ba%5D%7C%5C"),
        ("mailto:a b@e.org", "mailto:a%20b@e.org"),
    ],
)
def test_valid(address: str, expected: str | None) -> None:
    assert valid_url(address) == (expected or address)


@pytest.mark.parametrize(
    "address",
    [
        *("https://", "https:///a", "https://e..org/", "https://e.org:99999/", "https://e.org:b/"),
        *("https://a b/", "https://a%2Fb/", "https://300.1.1.1/", "https://[::g]/"),
        "https://xn--zzzzzz99999.org/",
    ],
)
def test_no_host_is_named_so(address: str) -> None:
    assert valid_url(address) is None
