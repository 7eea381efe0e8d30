"""What the public pages share: their frame, their words, and the languages they speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader

from retention.project.shop import project_directory
from retention.project.words import read_words

if TYPE_CHECKING:
    from retention.project.shop import Shop

PACKAGE = "retention.inbound"
TEMPLATES = Environment(loader=PackageLoader(PACKAGE, "page_templates"), autoescape=True)


@dataclass(frozen=True)
class Page:
    """What a browser gets.

    Attributes:
        status: of HTTP.
        html: the page.
        nonce: by which the page's own script is known; empty when it has none.
    """

    status: int
    html: str
    nonce: str = ""


class PageWriter:
    """Fills in the pages of one shop."""

    def __init__(self, shop: Shop) -> None:
        """Write in the languages of the project's `words/`.

        Raises:
            WordsError: the words are not what they should be.
        """
        self._shop = shop
        self._texts = {
            locale: words.pages for locale, words in read_words(project_directory()).items()
        }

    def write(self, status: int, template: str, name: str, locale: str, **facts: object) -> Page:
        """Return a page in the language of a mail, or in the nearest that pages speak.

        Args:
            status: of HTTP.
            template: file of `page_templates`, without `.html`.
            name: which of the words below `pages`.
            locale: language of the mail, BCP 47.
            facts: what the template asks for besides; `nonce` lets it run its script.
        """
        language = self.language(locale)
        words = {
            key: text.format(shop=self._shop.storefront.shop_name)
            for key, text in self._texts[language][name].items()
        }
        html = TEMPLATES.get_template(f"{template}.html").render(
            language=language, shop=self._shop, name=name, words=words, **facts
        )
        return Page(status, html, str(facts.get("nonce", "")))

    def lost(self) -> Page:
        """Return the page for a link that is none of ours."""
        return self.write(404, "page", "lost", self._shop.languages.default_locale)

    def language(self, locale: str) -> str:
        """Return the language of a page about a mail in `locale`: that one if pages speak it."""
        wished = (locale, self._shop.languages.default_locale)
        languages = (each.replace("_", "-").split("-")[0].lower() for each in wished)
        return next((each for each in languages if each in self._texts), next(iter(self._texts)))
