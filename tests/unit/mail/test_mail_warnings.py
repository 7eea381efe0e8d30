"""The warnings of `retention preview` and `retention check`, each with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from retention.mail.candidate import MailData, read_sample_data
from retention.mail.compose import compose_campaign
from retention.mail.warnings.find import find_warnings
from retention.mail.warnings.tags import find_tags
from retention.project.campaigns import read_campaigns
from retention.project.shop import project_directory, read_shop

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "campaigns/winback"
EN, FI, SAMPLE = f"{FOLDER}/email.en.html", f"{FOLDER}/email.fi.html", f"{FOLDER}/sample.yml"
MATTER = ["---", 'subject: "Hi"', 'preheader: "Soon"', 'why: "You asked"', "---"]
FIRST_LINE = len(MATTER) + 1
SOUND = "<p>Hello</p>"


def write(project: Path, *body: str, finnish: tuple[str, ...] | None = None, **matter: str) -> None:
    """Write winback's two mails; the body's lines are those of the file from line 6 on."""
    head = [next((f'{key}: "{matter[key]}"' for key in matter if line.startswith(key)), line)
            for line in MATTER]  # fmt: skip
    for file, lines in ((EN, body), (FI, finnish if finnish is not None else body)):
        (project / file).write_text("\n".join([*head, *lines]) + "\n")


def show(project: Path, **context: Any) -> None:
    """Write winback's sample, the same in both languages."""
    sample = {"en": context, "fi": context}
    (project / SAMPLE).write_text(yaml.safe_dump(sample, sort_keys=False))


def warnings(project: Path, data: MailData | None = None, *, is_marketing: bool = True) -> list:
    shop = read_shop(project)
    mails = compose_campaign(project, shop, "winback", is_marketing=is_marketing)
    mails = [mail for mail in mails if mail.locale in {"en", "fi"}]
    data = data or read_sample_data(project, "winback")
    return find_warnings(mails, data, shop, project, is_marketing=is_marketing)


@pytest.mark.parametrize("campaign", read_shop().nights.campaigns)
def test_the_campaigns_of_the_shop_have_no_warning(manifest: Path, campaign: str) -> None:
    project, shop = project_directory(), read_shop()
    is_marketing = read_campaigns(manifest)[campaign].kind == "marketing"
    mails = compose_campaign(project, shop, campaign, is_marketing=is_marketing)
    data = read_sample_data(project, campaign)
    assert find_warnings(mails, data, shop, project, is_marketing=is_marketing) == []


class TestData:
    def test_data_that_a_mail_uses_but_lacks_are_named_with_their_line(self, project: Path) -> None:
        write(project, SOUND, "<p>{{elapse}}</p>", subject="{{{name}}}")
        show(project, elapsed="3 weeks")
        found = warnings(project)
        assert f"{EN}, line 2: 'name' is not in the data of {SAMPLE}" in found
        assert f"{FI}, line 7: 'elapse' is not in the data of {SAMPLE}" in found
        assert f"{SAMPLE}, line 2: 'elapsed' is shown by no language of the mail" in found

    def test_a_name_that_only_one_language_needs_is_not_blamed(self, project: Path) -> None:
        write(project, "<p>{{name}}</p>", finnish=("<p>{{title}}</p>",))
        show(project, name="tea", title="Tea")
        assert warnings(project) == []

    @pytest.mark.parametrize(
        "body",
        [
            "{{#each items}}{{name}}{{url}}{{/each}}",
            "{{#each items}}{{this.name}}{{#if url}}{{url}}{{/if}}{{@index}}{{/each}}",
            "{{#each items}}{{#if ../items}}{{name}}{{url}}{{/if}}{{/each}}",
            "{{#each items as |item|}}{{item.name}}{{item.url}}{{/each}}",
            "{{#items}}{{name}}{{url}}{{/items}}",
            "{{#if missing_here}}{{else}}{{/if}}{{items.0.name}}{{@root.items.1.url}}",
            '{{#each items}}{{#equals name "a b"}}{{url}}{{else}}{{name}}{{/equals}}{{/each}}',
            "{{#with items}}{{#each this}}{{name}}{{url}}{{/each}}{{/with}}",
            "{{!-- {{nothing}} --}}{{! {{nothing}}{{#each items}}{{this}}{{/each}}",
            '{{formatDate items.0.name "YYYY"}}{{insert items.0.url "default=there"}}',
        ],
    )
    def test_data_inside_lists_are_followed(self, project: Path, body: str) -> None:
        write(project, f"<p>Hi {body}</p>")
        show(project, items=[{"name": "a", "url": "b"}, {"name": "c", "url": "d"}])
        expected = [
            f"{file}, line {FIRST_LINE}: 'missing_here' is not in the data of {SAMPLE}"
            for file in (EN, FI)
            if "missing_here" in body
        ]
        assert [found for found in warnings(project) if "data of" in found] == expected
        assert [found for found in warnings(project) if "shown by no" in found] == []

    def test_after_each_names_refer_to_the_outer_data_again(self, project: Path) -> None:
        write(project, SOUND, "{{#each items}}{{name}}{{else}}{{name}}{{/each}}{{name}}")
        show(project, items=[{"name": "a", "habit": "often"}])
        assert warnings(project) == [
            f"{EN}, line 7: 'name' is not in the data of {SAMPLE}",
            f"{FI}, line 7: 'name' is not in the data of {SAMPLE}",
            f"{SAMPLE}, line 4: 'items.habit' is shown by no language of the mail",
        ]

    def test_nothing_is_checked_below_a_null(self, project: Path) -> None:
        write(project, SOUND, "{{#each items}}{{name}}{{/each}}")
        show(project, items=None)
        assert warnings(project) == []

    def test_data_added_by_the_engine_exist_and_need_not_be_shown(self, project: Path) -> None:
        write(project, "<p>Hi {{first_name}}</p>")
        show(project)
        assert warnings(project) == []

    def test_a_real_candidates_data_are_written_in_the_campaigns_sql(self, project: Path) -> None:
        write(project, "<p>Hi {{elapsed}}{{nothing}}</p>")
        file = f"{FOLDER}/winback.sql"
        context = {"elapsed": "3 weeks", "favourites": None}
        data = MailData("customer 1", file, {"en": context, "fi": context}, "Bo")
        lines = (project / file).read_text().splitlines()
        written = next(number for number, line in enumerate(lines, 1) if "'favourites'" in line)
        assert warnings(project, data) == [
            f"{EN}, line 6: 'nothing' is not in the data of {file}",
            f"{FI}, line 6: 'nothing' is not in the data of {file}",
            f"{file}, line {written}: 'favourites' is shown by no language of the mail",
        ]

    def test_a_language_without_data_is_named(self, project: Path) -> None:
        write(project, "<p>Hi</p>")
        data = MailData("made up", SAMPLE, {"en": {}}, None, is_sample=True)
        (found,) = warnings(project, data)
        assert found == f"{SAMPLE}: no data in 'fi', a language of this mail"

    def test_of_a_real_candidate_only_their_own_language_is_looked_at(self, project: Path) -> None:
        write(project, "<p>{{nothing}}</p>")
        data = MailData("customer 1", f"{FOLDER}/winback.sql", {"fi": {}}, None, locale="fi")
        (found,) = warnings(project, data)
        assert found.startswith(f"{FI}, line 6: 'nothing' is not in the data")


class TestLinks:
    @pytest.mark.parametrize(
        ("href", "fault"),
        [
            ("http://shop.fi/a", "does not begin with https:// and a host"),
            ("www.shop.fi", "does not begin with https:// and a host"),
            ("https:///a", "does not begin with https:// and a host"),
            ("", "is empty"),
            ("{{nothing}}", "is empty"),
            ("https://shop.fi/{product_id}", "has braces that nothing filled in"),
            ("https://shop.fi/a b", "has a blank in it"),
        ],
    )
    def test_a_broken_link_is_named_with_its_line(
        self, project: Path, href: str, fault: str
    ) -> None:
        write(project, SOUND, f'<p><a href="{href}">Go</a></p>')
        show(project)
        found = [warning for warning in warnings(project) if "the link" in warning]
        assert found[0].startswith(f"{EN}, line 7: the link '{href.replace('{{nothing}}', '')}'")
        assert found[0].endswith(fault)
        assert len(found) == 2

    def test_a_link_from_the_data_is_named_where_the_mail_shows_it(self, project: Path) -> None:
        write(project, SOUND, "{{#each items}}", '<a href="{{url}}">Go</a>', "{{/each}}")
        show(project, items=[{"url": "https://a.fi/"}, {"url": "ftp://a.fi/"}])
        assert [warning.split(":")[0] for warning in warnings(project)] == [
            f"{EN}, line 8",
            f"{FI}, line 8",
        ]

    def test_a_made_up_host_is_a_problem_only_for_a_real_shop(self, project: Path) -> None:
        write(project, '<p><a href="https://puoti.example.com/sale">Go</a></p>')
        show(project)
        assert warnings(project) == []
        settings = project / "dbt_project.yml"
        text = settings.read_text().replace("https://puoti.example.com", "https://puoti.fi")
        settings.write_text(text)
        assert warnings(project)[0] == (
            f"{EN}, line 6: the link 'https://puoti.example.com/sale' leads to a made-up host; the"
            " shop is at https://puoti.fi"
        )

    def test_a_samples_own_links_may_be_made_up(self, project: Path) -> None:
        settings = project / "dbt_project.yml"
        text = settings.read_text().replace("https://puoti.example.com", "https://puoti.fi")
        settings.write_text(text)
        write(project, '<p><a href="{{url}}">Go</a></p>')
        show(project, url="https://puoti.example.com/p/1")
        assert warnings(project) == []
        context = {"url": "https://puoti.example.com/p/1"}
        file = f"{FOLDER}/winback.sql"
        real = MailData("customer 1", file, {"en": context, "fi": context}, None)
        assert len(warnings(project, real)) == 2

    def test_a_path_after_one_of_the_engines_links_belongs_to_the_engine_too(
        self, project: Path
    ) -> None:
        settings = project / "dbt_project.yml"
        text = settings.read_text().replace("https://puoti.example.com", "https://puoti.fi")
        settings.write_text(text)
        write(project, '<p><a href="{{answers}}/satisfaction/1">Good</a></p>')
        show(project)
        assert warnings(project) == []

    @pytest.mark.parametrize("alt", ["", 'alt=""', 'alt=" "'])
    def test_a_picture_without_alt_text_is_named(self, project: Path, alt: str) -> None:
        write(project, SOUND, f'<img src="https://shop.fi/a.png" {alt}>')
        show(project)
        assert warnings(project)[0].startswith(f"{EN}, line 7: a picture without alt text")

    def test_a_picture_with_alt_text_is_fine(self, project: Path) -> None:
        write(project, SOUND, '<img src="https://shop.fi/a.png" alt="A cup">')
        show(project)
        assert warnings(project) == []

    def test_the_layouts_links_are_named_in_the_layout(self, project: Path) -> None:
        layout = project / "mail_layouts/email.html"
        lines = layout.read_text().splitlines()
        line = next(number for number, text in enumerate(lines, 1) if "${shop_url}" in text)
        layout.write_text(layout.read_text().replace("${shop_url}", "http://shop.fi"))
        write(project, SOUND)
        show(project)
        assert warnings(project)[0].startswith(f"mail_layouts/email.html, line {line}: the link")

    def test_marketing_that_hides_its_unsubscribe_link_is_named(self, project: Path) -> None:
        layout = project / "mail_layouts/email.html"
        text = layout.read_text()
        link = next(line for line in text.splitlines() if "{{{unsubscribe}}}" in line)
        layout.write_text(text.replace(link, f"{{{{#if loyal}}}}{link}{{{{/if}}}}"))
        write(project, SOUND)
        show(project)
        fault = "no unsubscribe link, which marketing mail must carry"
        assert warnings(project) == [f"{EN}: {fault}", f"{FI}: {fault}"]
        (project / FOLDER / "email.sv.html").write_text((project / EN).read_text())
        assert warnings(project, is_marketing=False) == []


class TestReaders:
    def test_a_long_subject_is_measured_as_it_is_read(self, project: Path) -> None:
        write(project, SOUND, subject="Hello {{{name}}}")
        show(project, name="x" * 54)
        assert not [each for each in warnings(project) if "the subject has" in each]
        show(project, name="x " * 30)
        assert warnings(project)[0].startswith(f"{EN}, line 2: the subject has 66 characters")

    def test_a_large_mail_is_named(self, project: Path) -> None:
        write(project, SOUND, "<p>", "Hello there. " * 8000, "</p>")
        show(project)
        assert warnings(project)[0].startswith(f"{EN}: 10")
        assert "kB of HTML: beyond 100 kB" in warnings(project)[0]

    def test_a_very_long_word_is_named_with_its_line(self, project: Path) -> None:
        word = "kolmivaihekilowattituntimittarit"
        write(project, SOUND, f"<p>{word} kolmivaihe-kilowattitunti-mittari {{{{name}}}}</p>")
        show(project, name="y" * 31)
        assert [each for each in warnings(project) if EN in each] == [
            f"{EN}, line 7: '{word}' has 32 characters and can push a phone's page apart",
            f"{EN}: '{'y' * 31}' has 31 characters and can push a phone's page apart",
        ]

    def test_a_link_is_not_a_word(self, project: Path) -> None:
        write(project, f'<p><a href="https://shop.fi/{"a" * 40}">Go</a></p>')
        show(project)
        assert warnings(project) == []

    def test_a_body_without_text_is_named(self, project: Path) -> None:
        write(project, "", '<img src="https://shop.fi/a.png" alt="A cup">{{#if first_name}}{{/if}}')
        show(project)
        assert warnings(project)[0].startswith(f"{EN}, line 7: the body has no words of its own")
        write(project, "<p>{{first_name}}</p>")
        assert warnings(project) == []


class TestLanguages:
    def test_the_first_block_that_differs_is_named_in_both(self, project: Path) -> None:
        show(project, a=1, b=1)
        write(
            project,
            "<p>Hi</p>{{#if a}}{{else}}{{/if}}",
            "{{#if b}}{{/if}}",
            finnish=("<p>Hei</p>{{#if a}}{{else}}{{/if}}", "", "{{#unless b}}{{/unless}}"),
        )
        assert warnings(project) == [
            f"{FI}, line 8: {{{{#unless b}}}} where {EN} has {{{{#if b}}}} (line 7)"
        ]

    def test_a_block_that_one_language_lacks_is_named(self, project: Path) -> None:
        show(project, a=1)
        write(project, "<p>Hi</p>{{#if a}}{{/if}}", finnish=("<p>Hei</p>",))
        assert warnings(project) == [f"{FI}: no more blocks where {EN} has {{{{#if a}}}} (line 6)"]
        write(project, "<p>Hi</p>", finnish=("<p>Hei</p>{{#if a}}{{/if}}",))
        assert warnings(project) == [f"{FI}, line 6: {{{{#if a}}}} where {EN} has no more blocks"]


def test_a_tag_is_read_as_it_is_written() -> None:
    text = (
        '{{{a.b}}} {{~#if (equals x "y z") ~}}{{else if w}}{{/if}} {{!-- {{no}} --}}{{up v a="=b"}}'
    )
    assert [tag.names for tag in find_tags(text)] == [("a.b",), ("x",), ("w",), (), ("v",)]
