"""Dynamic templates render as SendGrid's documentation shows."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_handlebars import HandlebarsError

from sendgrid_templates.handlebars import compiled, render

STEPS = "{{#if gold}}gold{{else if silver}}silver{{else}}none{{/if}}"
STAMP = {"at": "2020-01-01T23:00:00.000Z", "as": "MMMM DD, YYYY h:mm:ss A"}

# what it is: (template, data, text)
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a value": ("Hi {{name}}", {"name": "Aino"}, "Hi Aino"),
    "a missing value": ("Hi {{name}}!", {}, "Hi !"),
    "a value with html is escaped": ("{{x}}", {"x": "<b>'&"}, "&lt;b&gt;&#x27;&amp;"),
    "three braces do not escape": ("{{{x}}}", {"x": "Ben's <pen>"}, "Ben's <pen>"),
    "if": (STEPS, {"gold": True, "silver": True}, "gold"),
    "else if": (STEPS, {"silver": 1}, "silver"),
    "else": (STEPS, {"gold": 0, "silver": ""}, "none"),
    "an empty list is false": ("{{#if list}}some{{else}}none{{/if}}", {"list": []}, "none"),
    "unless": ("{{#unless active}}resting{{/unless}}", {"active": False}, "resting"),
    "each with the position": (
        "{{#each items}}{{@index}}{{this.name}} {{/each}}",
        {"items": [{"name": "a"}, {"name": "b"}]},
        "0a 1b ",
    ),
    "each of nothing": ("{{#each items}}x{{else}}empty{{/each}}", {"items": []}, "empty"),
    "the root from inside": (
        "{{#each items}}{{@root.shop}}{{/each}}",
        {"items": [1, 2], "shop": "K"},
        "KK",
    ),
    "equals takes a number for its text": (
        "{{#equals a b}}same{{else}}other{{/equals}}",
        {"a": 3, "b": "3"},
        "same",
    ),
    "equals tells texts apart": (
        "{{#equals a 'x'}}same{{else}}other{{/equals}}",
        {"a": "y"},
        "other",
    ),
    "nothing does not equal zero": ("{{#equals a 0}}same{{else}}other{{/equals}}", {}, "other"),
    "notEquals": ("{{#notEquals a 1}}other{{/notEquals}}", {"a": 2}, "other"),
    "else if after a comparison": (
        "{{#equals a 1}}one{{else if b}}b{{else}}none{{/equals}}",
        {"a": 2, "b": True},
        "b",
    ),
    "greaterThan": ("{{#greaterThan a 9}}more{{/greaterThan}}", {"a": "10"}, "more"),
    "greaterThan of nothing": ("{{#greaterThan a 0}}more{{else}}not{{/greaterThan}}", {}, "not"),
    "lessThan": ("{{#lessThan a 2}}less{{/lessThan}}", {"a": 1}, "less"),
    "and": ("{{#and a b}}both{{else}}not{{/and}}", {"a": 1, "b": 0}, "not"),
    "or": ("{{#or a b}}one{{else}}none{{/or}}", {"a": 0, "b": "x"}, "one"),
    "length inside a comparison": (
        "{{#greaterThan (length cart) 0}}full{{else}}empty{{/greaterThan}}",
        {"cart": ["raft"]},
        "full",
    ),
    "insert with a value": ('{{insert name "default=Customer"}}', {"name": "Ben"}, "Ben"),
    "insert without a value": ('{{insert name "default=Customer"}}', {}, "Customer"),
    "insert with a bare default": ('{{insert shop "your shop"}}', {}, "your shop"),
    "insert with a default from the data": (
        "{{insert name fallback}}",
        {"name": "", "fallback": 3},
        "3",
    ),
    "insert with a default in parentheses": ('{{insert name "default=(you)"}}', {}, "(you)"),
    "more arguments than a helper takes": ('{{length x 1}}{{insert x "a" "b"}}', {}, "0a"),
    "log": ("{{log name}}.", {"name": "Aino"}, "."),
    "a comment with tags": ("{{!-- {{upper x}} {{#if (upper x)}} --}}.", {}, "."),
    "formatDate in UTC": ("{{formatDate at as}}", STAMP, "January 01, 2020 11:00:00 PM"),
    "formatDate at an offset": (
        '{{formatDate at as "-0800"}}',
        STAMP,
        "January 01, 2020 3:00:00 PM",
    ),
    "formatDate by all tokens": (
        '{{formatDate at "YY M D dddd ddd MMM hh HH H m s ZZ Z" "+0230"}}',
        STAMP,
        "20 1 2 Thursday Thu Jan 01 01 1 30 0 +0230 +02:30",
    ),
    "formatDate before the first day": (
        '{{formatDate at "YYYY" "-0800"}}',
        {"at": "0001-01-01"},
        "Invalid date",
    ),
    "formatDate at no offset": (
        '{{formatDate at "YYYY" "+9900"}}',
        STAMP,
        "Invalid date",
    ),
    "formatDate of no date": ('{{formatDate at "YYYY"}}', {"at": "soon"}, "Invalid date"),
    "formatDate at an offset that no place has": (
        '{{formatDate at as "+9900"}}',
        STAMP,
        "Invalid date",
    ),
    "formatDate before the first year": (
        '{{formatDate at "YYYY" "-0800"}}',
        {"at": "0001-01-01T00:00:00Z"},
        "Invalid date",
    ),
    "a whole number with a point": ("{{price}}", {"price": 10.0}, "10"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_template_renders_as_documented(name: str) -> None:
    template, data, text = CASES[name]
    assert render(template, data) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{#if a}}never closed",
        "{{#if a}}{{/unless}}",
        "{{> footer}}",
        "{{upper name}}",
        "{{#repeat 3}}x{{/repeat}}",
        "{{#if (upper name)}}x{{/if}}",
        "{{insert name (upper shop)}}",
        "{{#if (and a b)}}x{{/if}}",
    ],
)
def test_what_sendgrid_cannot_render_is_an_error_not_an_empty_text(template: str) -> None:
    with pytest.raises(HandlebarsError):
        compiled(template)
