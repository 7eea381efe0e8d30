"""All warnings of one campaign's mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention.mail.render import render_mail
from retention.mail.sample import ADDED
from retention.mail.warnings.languages import language_warnings
from retention.mail.warnings.links import Page, link_warnings, picture_warnings
from retention.mail.warnings.places import place_of
from retention.mail.warnings.readers import (
    plain_text_warnings,
    size_warnings,
    subject_warnings,
    word_warnings,
)
from retention.mail.warnings.variables import Reader, items_of, unused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from retention.mail.candidate import MailData
    from retention.mail.compose import Mail
    from retention.mail.render import RenderedMail
    from retention.project.shop import Shop


def find_warnings(
    mails: Sequence[Mail], data: MailData, shop: Shop, project: Path, *, is_marketing: bool
) -> list[str]:
    """Return what may be wrong with a campaign's mails, each once, with file and line.

    Args:
        mails: the campaign's, in all their languages.
        data: what they are filled with.
        shop: whose mails they are.
        project: folder of the dbt project.
        is_marketing: whether they must carry an unsubscribe link.

    Raises:
        MailTemplateError: a mail cannot be filled with the data.
    """
    found = [
        *language_warnings([mail.source.body for mail in mails]),
        *_variable_warnings(data.spoken(mails), data, project),
    ]
    made_up = set(_addresses(ADDED))
    if data.is_sample:
        made_up |= set(_addresses(data.contexts))
    for mail in data.spoken(mails):
        found += plain_text_warnings(mail.source)
        for context in (data.context(mail.locale), data.sparse_context(mail.locale)):
            rendered = render_mail(mail, context)
            page = Page(rendered.traced_html, mail.source.body.file)
            found += link_warnings(page, shop.storefront.shop_url, made_up)
            found += picture_warnings(page)
            found += _reader_warnings(rendered, mail)
            if is_marketing:
                found += _unsubscribe_warnings(page, mail)
    return list(dict.fromkeys(found))


def _reader_warnings(rendered: RenderedMail, mail: Mail) -> Iterator[str]:
    yield from subject_warnings(rendered, mail.source)
    yield from size_warnings(rendered, mail.source)
    yield from word_warnings(rendered, mail.source)


def _unsubscribe_warnings(page: Page, mail: Mail) -> Iterator[str]:
    if all(link.address != ADDED["unsubscribe"] for link in page.links):
        yield f"{mail.source.body.file}: no unsubscribe link, which marketing mail must carry"


def _variable_warnings(mails: Sequence[Mail], data: MailData, project: Path) -> Iterator[str]:
    used: set[tuple[str, ...]] = set()
    for mail in mails:
        if mail.locale not in data.contexts:
            yield f"{data.file}: no data in '{mail.locale}', a language of this mail"
            continue
        reader = Reader(data.context(mail.locale))
        for part in mail.source.parts:
            reader.read(part)
        used |= reader.used
        yield from _missing_warnings(reader, data)
    # A language may leave out what another needs, such as a case of a word.
    left = [path for own in data.contexts.values() for path in unused(own, used)]
    for path in dict.fromkeys(left):
        place = place_of(path, data, project)
        yield f"{place}: '{'.'.join(path)}' is shown by no language of the mail"


def _missing_warnings(reader: Reader, data: MailData) -> Iterator[str]:
    for missing in reader.missing:
        if missing.name.split(".")[0] not in ADDED:
            yield f"{missing.place}: '{missing.name}' is not in the data of {data.file}"


def _addresses(value: object) -> Iterator[str]:
    """Return every address in nested data."""
    if isinstance(value, str) and "://" in value:
        yield value
    for below in items_of(value):
        yield from _addresses(below)
