"""What models know of the languages: words, and CLDR's way of writing figures, as SQL.

dbt's Jinja cannot read `words/<locale>.yml`, and PostgreSQL does not know Unicode CLDR. So what
models put into mails is written down as pieces of SQL in one file of macros.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from retention.project.figures_in_sql import (
    date_in_sql,
    decimal_in_sql,
    list_in_sql,
    money_in_sql,
    text_in_sql,
)
from retention.project.words import FOLDER, PLURALS, Words, WordsError, keys_of, read_words

if TYPE_CHECKING:
    from pathlib import Path

    from babel import Locale

FILE = "macros/words/language_data.sql"
HEAD = """\
{#- The languages of mails: words of `words/`, and figures as Unicode CLDR has them, as pieces
    of SQL. This file is made by `retention words`: change the words, then run it. -#}
"""
COUNTS = range(1000)


def write_language_data(project: Path) -> bool:
    """Write the file of macros; return whether that changed it.

    Raises:
        WordsError: the words are not what they should be, or cannot be said in SQL.
    """
    file, made = project / FILE, make_language_data(project)
    if file.is_file() and file.read_text(encoding="utf-8") == made:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(made, encoding="utf-8")
    return True


def check_language_data(project: Path) -> None:
    """Make sure that the models know the words as they are.

    Raises:
        WordsError: they do not, or the words are not what they should be.
    """
    file, made = project / FILE, make_language_data(project)
    if not file.is_file() or file.read_text(encoding="utf-8") != made:
        message = f"{FILE} does not have the words of {FOLDER}/: run `retention words`"
        raise WordsError(message)


def make_language_data(project: Path) -> str:
    """Return what the file of macros must say."""
    languages = read_words(project)
    parts = [HEAD.rstrip("\n"), _macro("language_data", _all_languages(languages))]
    for locale, words in languages.items():
        lines = json.dumps(_pieces(locale, words), ensure_ascii=False, indent=4).splitlines()
        data = "\n".join(f"    {line}" for line in lines).strip()
        parts.append(f"\n{{#- How models say things in the language '{locale}'. -#}}")
        parts.append(_macro(_macro_name(locale), data))
    return "\n".join(parts) + "\n"


def _macro(name: str, data: str) -> str:
    return (
        f"{{%- macro {name}() -%}}\n    {{%- set data = {data} -%}}\n    {{{{ return(data) }}}}\n"
        "{%- endmacro -%}"
    )


def _macro_name(locale: str) -> str:
    return f"language_data_{locale.replace('-', '_').lower()}"


def _all_languages(languages: dict[str, Words]) -> str:
    each = (f'"{locale}": {_macro_name(locale)}()' for locale in languages)
    return "{" + ", ".join(each) + "}"


def _pieces(locale: str, words: Words) -> dict[str, Any]:
    """Return a language's pieces of SQL; `{value}` and other names stand for the models' own."""
    try:
        dates = {form: date_in_sql(pattern, words.locale) for form, pattern in words.dates}
        texts = {key: say_in_sql(said, words.locale) for key, said in keys_of(words.mails)}
        figures = {
            "money": money_in_sql(words.locale),
            "decimal": decimal_in_sql(words.locale),
            "list": list_in_sql(words.locale),
        }
    except ValueError as error:
        message = f"{FOLDER}/{locale}.yml: {error}"
        raise WordsError(message) from error
    return dates | figures | {"words": texts}


def say_in_sql(said: str | dict[str, str], locale: Locale) -> str:
    """Return a text, or the one of several plurals that `{count}` takes."""
    if isinstance(said, str):
        return text_in_sql(said)
    left = list(COUNTS)
    cases = []
    for plural in PLURALS:
        counts = [count for count in left if locale.plural_form(count) == plural]
        if plural != "other" and counts:
            text = text_in_sql(said.get(plural, said["other"]))
            cases.append(f"when {_is_one_of(counts, left)} then {text}")
            left = [count for count in left if count not in counts]
    other = text_in_sql(said["other"])
    return f"case {' '.join(cases)} else {other} end" if cases else other


def _is_one_of(counts: list[int], left: list[int]) -> str:
    """Return whether `{count}` is one of these: as it is, or by the two digits that it ends in.

    Args:
        counts: those that take a plural.
        left: these, and all that take none of the plurals before.
    """
    endings = sorted({count % 100 for count in counts})
    if len(counts) == 1:
        return f"{{count}} = {counts[0]}"
    if counts == [count for count in left if count % 100 in endings]:
        return f"({{count}}) % 100 in ({', '.join(map(str, endings))})"
    return f"{{count}} in ({', '.join(map(str, counts))})"
