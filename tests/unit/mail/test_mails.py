"""The mails: every campaign in every language, as recipients see them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from retention.mail.compose import compose_campaign, compose_mails
from retention.mail.sample import read_sample
from retention.mail.source import MailTemplateError
from retention.project.campaigns import read_campaigns
from retention.project.shop import project_directory, read_shop
from sendgrid_templates import handlebars

if TYPE_CHECKING:
    from pathlib import Path

    from retention.mail.compose import Mail
    from retention.project.campaigns import Campaign

CAMPAIGNS = read_shop().nights.campaigns
FILES = sorted((project_directory() / "campaigns").glob("*/email.*.html"))
CASES = [
    pytest.param(campaign, locale, is_sparse, id=f"{campaign}-{locale}{'-sparse' * is_sparse}")
    for campaign, locale in ((file.parent.name, file.name.split(".")[1]) for file in FILES)
    for is_sparse in (False, True)
]


@pytest.fixture(scope="module")
def campaigns(manifest: Path) -> dict[str, Campaign]:
    """The real campaigns."""
    return read_campaigns(manifest)


@pytest.fixture(scope="module")
def mails(campaigns: dict[str, Campaign]) -> dict[tuple[str, str], Mail]:
    """Every mail by campaign and language."""
    composed, broken = compose_mails(project_directory(), read_shop(), campaigns)
    assert broken == {}
    return {(mail.campaign, mail.locale): mail for mail in composed}


def test_every_campaign_is_written_in_every_language_of_its_kind(
    mails: dict[tuple[str, str], Mail], campaigns: dict[str, Campaign]
) -> None:
    assert set(mails) == {
        (name, locale)
        for name, campaign in campaigns.items()
        for locale in read_shop().locales(is_marketing=campaign.kind == "marketing")
    }


def customer_of(campaign: str, locale: str, *, is_sparse: bool) -> dict[str, Any]:
    sample = read_sample(project_directory(), campaign)
    return sample.sparse_context(locale) if is_sparse else sample.context(locale)


@pytest.fixture
def mail(mails: dict[tuple[str, str], Mail], campaign: str, locale: str) -> Mail:
    return mails[campaign, locale]


@pytest.fixture
def customer(campaign: str, locale: str, is_sparse: bool) -> dict[str, Any]:
    return customer_of(campaign, locale, is_sparse=is_sparse)


@pytest.mark.parametrize(("campaign", "locale", "is_sparse"), CASES)
class TestEveryMail:
    def test_renders_without_leftovers(self, mail: Mail, customer: dict) -> None:
        for part in (mail.subject, mail.html, mail.plain):
            rendered = handlebars.render(part, customer)
            assert "{{" not in rendered
            assert "${" not in rendered
            assert "None" not in rendered
            assert "[object" not in rendered
            assert " ," not in rendered

    def test_carries_an_unsubscribe_link_when_it_is_marketing(
        self, mail: Mail, customer: dict, campaigns: dict[str, Campaign]
    ) -> None:
        is_marketing = campaigns[mail.campaign].kind == "marketing"
        link = f'href="{customer["unsubscribe"]}"'
        assert (link in handlebars.render(mail.html, customer)) == is_marketing
        assert (customer["unsubscribe"] in handlebars.render(mail.plain, customer)) == is_marketing

    def test_has_a_subject_that_a_phone_shows_whole(self, mail: Mail, customer: dict) -> None:
        subject = handlebars.render(mail.subject, customer)
        assert 0 < len(subject) <= 60
        assert "!" not in subject
        assert not subject.isupper()

    def test_is_small_enough_not_to_be_clipped(self, mail: Mail, customer: dict) -> None:
        html = handlebars.render(mail.html, customer)
        assert len(html.encode()) < 100_000

    def test_says_in_which_language_it_is_and_where_the_shop_is(
        self, mail: Mail, customer: dict, locale: str
    ) -> None:
        html = handlebars.render(mail.html, customer)
        assert f'<html lang="{locale}"' in html
        assert read_shop().storefront.shop_address in html

    def test_links_only_over_https(self, mail: Mail, customer: dict) -> None:
        html = handlebars.render(mail.html, customer)
        links = re.findall(r'href="([^"]*)"', html)
        assert links
        assert [link for link in links if not link.startswith("https:")] == []


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_all_languages_of_a_mail_ask_for_the_same_data(
    mails: dict[tuple[str, str], Mail], campaign: str
) -> None:
    def blocks(mail: Mail) -> list[str]:
        return re.findall(r"\{\{#(\w+ \w+)\}\}", mail.html)

    written = [blocks(mail) for mail in mails.values() if mail.campaign == campaign]
    assert len(written) > 1
    assert all(each == written[0] for each in written)


def test_names_of_customers_and_shops_cannot_break_the_html(
    mails: dict[tuple[str, str], Mail],
) -> None:
    mail = mails["replenishment_reminder", "en"]
    rendered = handlebars.render(
        mail.html,
        customer_of("replenishment_reminder", "en", is_sparse=False) | {"first_name": "<b>Bo</b>"},
    )
    assert "&lt;b&gt;Bo" in rendered
    assert "Soap &amp; salt" in rendered


def test_plain_text_is_not_escaped(mails: dict[tuple[str, str], Mail]) -> None:
    text = handlebars.render(
        mails["replenishment_reminder", "en"].plain,
        customer_of("replenishment_reminder", "en", is_sparse=False),
    )
    assert "Soap & salt\n" in text
    assert "Order again: https://puoti.example.com/p/7" in text


def test_the_hidden_preheader_is_not_in_the_plain_text(
    mails: dict[tuple[str, str], Mail],
) -> None:
    for mail in mails.values():
        assert mail.preheader in mail.html
        assert mail.preheader not in mail.plain


@pytest.mark.parametrize("locale", read_shop().languages.mail_locales)
def test_each_mail_of_winback_has_its_own_text(
    mails: dict[tuple[str, str], Mail], locale: str
) -> None:
    mail = mails["winback", locale]
    steps = ("is_first", "is_second", "is_last")
    sample = customer_of("winback", locale, is_sparse=False)
    contexts = [sample | {step: step == present for step in steps} for present in steps]
    for part in (mail.subject, mail.preheader, mail.html, mail.plain):
        assert len({handlebars.render(part, context) for context in contexts}) == len(steps)
    for context in contexts:
        assert len(handlebars.render(mail.subject, context)) <= 60
        assert handlebars.render(mail.html, context).count("<h1 ") == 1


def test_plain_text_has_no_holes(mails: dict[tuple[str, str], Mail]) -> None:
    for mail in mails.values():
        assert "\n\n\n" not in handlebars.render(
            mail.plain, customer_of(mail.campaign, mail.locale, is_sparse=False)
        )


def _compose_winback(project: Path) -> list[Mail]:
    return compose_campaign(project, read_shop(project), "winback", is_marketing=True)


def test_a_missing_language_names_the_file(project: Path) -> None:
    (project / "campaigns/winback/email.fi.html").unlink()
    with pytest.raises(MailTemplateError, match=r"winback/email\.fi\.html is missing"):
        _compose_winback(project)


@pytest.mark.parametrize(
    ("words", "others", "complaint"),
    [
        ("---\n", "", ": begin with front matter"),
        ("subject:", "topic:", "subject: this key is missing; .*topic: this key is not known"),
        ('subject: "', "subject: [", ", line [234]: the front matter is not YAML"),
        ("${shop_url}", "${shop_link}", r", line \d+: \$\{shop_link\} is not known here"),
        ("${shop_url}", "5 $", r", line \d+: write a dollar sign as \$\$"),
    ],
)
def test_a_broken_mail_names_the_file_and_the_place(
    project: Path, words: str, others: str, complaint: str
) -> None:
    file = project / "campaigns/winback/email.fi.html"
    assert words in file.read_text()
    file.write_text(file.read_text().replace(words, others))
    with pytest.raises(MailTemplateError, match=rf"email\.fi\.html(?s:.*){complaint}"):
        _compose_winback(project)


@pytest.mark.parametrize(
    ("line", "words", "complaint"),
    [
        (2, 'subject: "Hi {{#if name}}"', "the Handlebars cannot be read: Unclosed block"),
        (3, 'preheader: "Hi {{{name}}}"', r"write \{\{name\}\}: with three braces"),
        (4, 'why: "Hi {{name"', "the Handlebars cannot be read"),
        (9, "<p>{{#if name}}</p>{{/each}}", "the Handlebars cannot be read: if doesn't match"),
        (9, "<p>{{{name}}}</p>", r"write \{\{name\}\}: with three braces"),
        (9, "<p>{{&name}}</p>", r"write \{\{name\}\}: with three braces"),
        (9, "<p>{{upper name}}</p>", "SendGrid has no helper 'upper'; it has and, each"),
        (9, "<p>5 $</p>", r"write a dollar sign as \$\$"),
    ],
)
def test_an_error_names_the_file_and_line_that_the_analyst_wrote(
    project: Path, line: int, words: str, complaint: str
) -> None:
    file = project / "campaigns/winback/email.en.html"
    lines = ["---", 'subject: "Hi"', 'preheader: "Hi"', 'why: "Hi"', "---", "", "<p>", "</p>", ""]
    lines[line - 1] = words
    file.write_text("\n".join(lines))
    place = rf"^campaigns/winback/email\.en\.html, line {line}: "
    with pytest.raises(MailTemplateError, match=place + complaint):
        _compose_winback(project)


def test_a_subject_is_no_html_and_the_unsubscribe_link_no_customers_word(project: Path) -> None:
    file = project / "campaigns/winback/email.en.html"
    file.write_text(
        '---\nsubject: "{{{name}}}"\npreheader: a\nwhy: b\n---\n<a href="{{{unsubscribe}}}">c</a>'
    )
    assert _compose_winback(project)[0].subject == "{{{name}}}"


def test_all_errors_in_a_campaigns_mails_are_reported_at_once(project: Path) -> None:
    (project / "campaigns/winback/email.fi.html").unlink()
    file = project / "campaigns/winback/email.en.html"
    file.write_text(file.read_text() + "{{{name}}} 5 $ {{/if}}")
    with pytest.raises(MailTemplateError) as raised:
        _compose_winback(project)
    assert len(raised.value.problems) == 4


def test_a_broken_mail_stops_its_own_campaign_only(
    project: Path, campaigns: dict[str, Campaign]
) -> None:
    (project / "campaigns/winback/email.fi.html").unlink()
    mails, broken = compose_mails(project, read_shop(project), campaigns)
    assert set(broken) == {"winback"}
    assert {mail.campaign for mail in mails} == set(CAMPAIGNS) - {"winback"}


def test_marketing_without_an_unsubscribe_link_is_an_error(project: Path) -> None:
    layout = project / "mail_layouts/email.html"
    layout.write_text(layout.read_text().replace("{{{unsubscribe}}}", "https://example.com"))
    with pytest.raises(MailTemplateError, match=r"mail_layouts/email\.html: no .*unsubscribe"):
        _compose_winback(project)


def test_a_language_without_words_of_the_layout_is_named(project: Path) -> None:
    words = project / "words/fi.yml"
    words.write_text(words.read_text().replace("  unsubscribe: En", "  goodbye: En"))
    with pytest.raises(MailTemplateError, match=r"words/fi\.yml: add mails\.unsubscribe"):
        _compose_winback(project)


def test_a_language_without_any_words_is_named(project: Path) -> None:
    (project / "words/fi.yml").unlink()
    with pytest.raises(MailTemplateError, match=r"words/fi\.yml is missing"):
        _compose_winback(project)
