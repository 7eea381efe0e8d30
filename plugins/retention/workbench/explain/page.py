"""The page that `retention explain` prints: all that is known of one customer, and what was done.

It shows ids, days and amounts, and no address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from retention.project.manifest import current_manifest, model_schemas
from retention.project.shop import project_directory
from retention.workbench.explain.explanations import read_explanations
from retention.workbench.explain.history import SHOWN_NIGHTS, History
from retention.workbench.explain.languages import read_languages
from retention.workbench.explain.readers import read_reader
from retention.workbench.explain.signals import (
    NothingToExplainError,
    Section,
    find_night,
    tell_signal,
)

if TYPE_CHECKING:
    import psycopg
    from rich.console import Console

    from retention.workbench.explain.languages import Language

INDENT = (0, 0, 0, 2)


@dataclass(frozen=True)
class Page:
    """What is shown about one customer.

    Attributes:
        heading: whose page it is, and of which night.
        sections: what there is to tell, in the order of the marts' `place`; then what was done.
        silent: titles of the marts that have nothing to tell.
        language: the reader's.
    """

    heading: str
    sections: tuple[Section, ...]
    silent: tuple[str, ...]
    language: Language


def explain_customer(
    connection: psycopg.Connection, customer_id: str, locale: str, nights: int = SHOWN_NIGHTS
) -> Page:
    """Return all that is known of a customer, in sentences of the language.

    Args:
        connection: to the database with the night's marts and the ledger.
        customer_id: the shop's own id.
        locale: the reader's language, not the customer's.
        nights: the most nights with a decision that are shown.

    Raises:
        NothingToExplainError: nobody has this id, or the marts or the ledger were never built.
        WordsError: nobody reads the page in that language.
        ExplanationError: a mart's `config.meta.explain` is not what it should be.
    """
    project = project_directory()
    marts = read_explanations(current_manifest(project), read_languages(project))
    reader = read_reader(project, locale)
    texts = reader.language.texts
    lifecycle = sql.Identifier(model_schemas(project)["lifecycle"], "lifecycle")
    night = find_night(connection, lifecycle, reader.shop)
    signals = [tell_signal(connection, mart, customer_id, reader) for mart in marts]
    history = History(connection, customer_id, reader, texts)
    decisions, messages = history.tell_decisions(night, nights), history.tell_messages()
    known = [section for section in signals if section.told]
    if not (known or decisions or messages):
        message = f"no customer '{customer_id}': neither the marts nor the ledger know this id"
        raise NothingToExplainError(message)
    told_night = reader.language.day(night) if night else "?"
    return Page(
        heading=texts["heading"].format(customer=customer_id, night=told_night),
        sections=(
            *known,
            decisions or Section(texts["decisions"], (texts["no_decisions"],)),
            messages or Section(texts["messages"], (texts["no_messages"],)),
        ),
        silent=tuple(section.title for section in signals if not section.told),
        language=reader.language,
    )


def print_page(page: Page, console: Console) -> None:
    """Print the page to a terminal."""
    texts = page.language.texts
    console.print(f"[bold]{escape(page.heading)}[/]", highlight=False)
    for section in page.sections:
        console.print(f"\n[bold cyan]{escape(section.title)}[/]", highlight=False)
        rows = Table.grid(padding=(0, 1))
        for told in section.told:
            rows.add_row("\u2022", escape(told))
        console.print(Padding(rows, INDENT), highlight=False)
        if section.left_out:
            more = texts["left_out"].format(count=section.left_out)
            console.print(Padding(more, INDENT), style="dim", highlight=False)
        if section.note:
            console.print(Padding(escape(section.note), INDENT), style="dim", highlight=False)
    if page.silent:
        silent = texts["silent"].format(titles="; ".join(page.silent))
        console.print(f"\n{escape(silent)}", style="dim", highlight=False)
