"""The text of an HTML mail, and the snippet beside its subject."""

from __future__ import annotations

from sandbox.mails.plain_text import language_of, snippet_of, text_of

MAIL = """<!doctype html><html lang="fi"><head><title>T</title><style>p{color:red}</style></head>
<body><div style="display:none">Kahvi on pian lopussa&zwnj;&nbsp;&zwnj;&nbsp;</div>
<h1>Hei   Aino</h1><p>Tilaa <a href="https://shop.example.com/">tästä</a>.</p>
<ul><li>Espresso &amp; co</li><li>Suodatin</li></ul><script>alert(1)</script></body></html>"""


def test_the_text_contains_what_a_reader_sees_and_the_targets_of_links() -> None:
    assert text_of(MAIL).split("\n") == [
        "Kahvi on pian lopussa",
        "",
        "Hei Aino",
        "",
        "Tilaa tästä (https://shop.example.com/).",
        "",
        "- Espresso & co",
        "",
        "- Suodatin",
    ]


def test_the_snippet_is_the_preheader() -> None:
    assert snippet_of(text_of(MAIL)) == "Kahvi on pian lopussa"


def test_a_mail_without_a_preheader_shows_how_it_begins() -> None:
    assert snippet_of("Hi Aino\n\nYour order (https://shop.example.com/1) is on its way.") == (
        "Hi Aino Your order is on its way."
    )


def test_a_long_snippet_is_cut_with_an_ellipsis() -> None:
    snippet = snippet_of("word " * 100, length=50)
    assert len(snippet) <= 50
    assert snippet.endswith("…")


def test_the_language_is_the_documents_own() -> None:
    assert language_of(MAIL) == "fi"
    assert language_of("<p>Hello</p>") == ""
