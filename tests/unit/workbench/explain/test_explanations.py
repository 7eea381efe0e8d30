"""What the marts' YAML may say under `config.meta.explain`, and how mistakes in it are told."""

from __future__ import annotations

import json
import re
from string import Formatter
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from retention.ledger.states import RELEASED_EVENTS, MessageState
from retention.project.manifest import current_manifest
from retention.project.shop import project_directory
from retention.project.words import WordsError, keys_of
from retention.workbench.explain.explanations import ExplanationError, read_explanations
from retention.workbench.explain.languages import read_language

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCALES = ("en", "fi")
LIFECYCLE = "models/signals/lifecycle.yml"
SOUND = {"en": "Ordered {recency_days:ago}.", "fi": "Tilasi {recency_days:ago}."}


@pytest.fixture(scope="module")
def manifest() -> Path:
    return current_manifest()


@pytest.fixture
def problems_of(manifest: Path, tmp_path: Path) -> Callable[..., str]:
    """Returns a function: what is wrong when `lifecycle` is explained in this way."""

    def read(explain: Any) -> str:
        content = json.loads(manifest.read_text())
        content["nodes"]["model.paluu.lifecycle"]["config"]["meta"]["explain"] = explain
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps(content))
        with pytest.raises(ExplanationError) as caught:
            read_explanations(file, LOCALES)
        return "\n".join(caught.value.problems)

    return read


def _explained(**changed: Any) -> dict[str, Any]:
    title = {"en": "The stage", "fi": "Vaihe"}
    return {"title": title, "sentences": [SOUND | changed.pop("sentence", {})]} | changed


def test_every_signal_of_a_customer_is_explained(manifest: Path) -> None:
    explained = {mart.name for mart in read_explanations(manifest, LOCALES)}
    nodes = json.loads(manifest.read_text())["nodes"].values()
    signals = {
        node["name"]
        for node in nodes
        if node["resource_type"] == "model"
        and node["original_file_path"].startswith("models/signals/")
        and "customer_id" in node["columns"]
        # Parts of customer_signals; each number in them is explained by the signal it comes from.
        and not node["name"].startswith("customer_signals_")
    }
    assert {"lifecycle", "replenishment"} <= signals
    assert signals - explained == set()


def test_the_account_is_told_first(manifest: Path) -> None:
    names = [mart.name for mart in read_explanations(manifest, LOCALES)]
    assert names[:2] == ["customer_signals", "lifecycle"]


def test_an_unknown_key_is_named_with_its_file(problems_of: Callable[..., str]) -> None:
    told = problems_of(_explained(heading="Stage"))
    assert f"{LIFECYCLE}: config.meta.explain.heading: this key is not known; the keys" in told


def test_a_missing_language_is_named(problems_of: Callable[..., str]) -> None:
    told = problems_of(_explained(sentences=[{"en": "Ordered."}]))
    assert f"{LIFECYCLE}: config.meta.explain.sentences.0.fi: this key is missing" in told


def test_a_missing_title_is_named(problems_of: Callable[..., str]) -> None:
    told = problems_of({"sentences": [SOUND]})
    assert f"{LIFECYCLE}: config.meta.explain.title: this key is missing" in told


@pytest.mark.parametrize("explain", [None, "in words", []])
def test_what_is_no_explanation_is_refused(problems_of: Callable[..., str], explain: Any) -> None:
    assert problems_of(explain).startswith(f"{LIFECYCLE}: config.meta.explain: ")


@pytest.mark.parametrize(
    ("sentence", "complaint"),
    [
        ("{recency:ago}", "the mart has no column 'recency'"),
        ("{recency_days:hence}", "{recency_days:hence}: this kind is not known; the kinds are"),
        ("{recency_days:day}", "'recency_days' is integer, and :day tells one of date, "),
        ("{recency_days:ago", "a brace has no partner"),
        ("{:ago}", "'{}' names no column"),
        ("{recency_days!r}", "'{recency_days}' names no column"),
    ],
)
def test_a_value_that_cannot_be_told_is_named(
    problems_of: Callable[..., str], sentence: str, complaint: str
) -> None:
    told = problems_of(_explained(sentence={"en": sentence, "fi": sentence}))
    assert f"{LIFECYCLE}: config.meta.explain.sentences.0.fi: {complaint}" in told


def test_both_languages_name_the_same_columns(problems_of: Callable[..., str]) -> None:
    told = problems_of(_explained(sentence={"fi": "Tilasi {last_ordered_at:day}."}))
    assert "en and fi do not name the same columns: last_ordered_at, recency_days" in told


def test_every_outcome_state_and_event_has_words_in_every_language() -> None:
    file = project_directory() / "models/decisions/decisions.yml"
    (model,) = yaml.safe_load(file.read_text())["models"]
    (outcome,) = (column for column in model["columns"] if column["name"] == "outcome")
    outcomes = outcome["data_tests"][0]["accepted_values"]["arguments"]["values"]
    for locale in LOCALES:
        # The ledger allows some that no decision of today gives.
        texts = read_language(project_directory(), locale).texts
        assert set(texts["outcomes"]) >= set(outcomes)
        assert set(texts["states"]) == set(MessageState)
        assert set(texts["events"]) >= set(RELEASED_EVENTS)


def test_the_page_says_the_same_things_in_every_language() -> None:
    english, finnish = (
        {
            key: _names(text if isinstance(text, str) else text["other"])
            for key, text in keys_of(read_language(project_directory(), locale).texts)
        }
        for locale in LOCALES
    )
    assert english == finnish


def test_a_language_that_support_does_not_read_is_named() -> None:
    with pytest.raises(WordsError, match=r"words/sv.yml has no `explain`; .* with one: en, fi"):
        read_language(project_directory(), "sv")


def test_no_title_is_used_twice(manifest: Path) -> None:
    marts = read_explanations(manifest, LOCALES)
    for locale in LOCALES:
        titles = [getattr(mart.title, locale) for mart in marts]
        assert len(titles) == len(set(titles))


def test_nobody_writes_finnish_in_the_english_sentences(manifest: Path) -> None:
    finnish = re.compile("[äö]", re.IGNORECASE)
    for mart in read_explanations(manifest, LOCALES):
        for text in (mart.title.en, *(sentence.en for sentence in mart.sentences)):
            assert not finnish.search(text), text


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
