"""Codes of gift cards: unguessable, and typing errors are detected."""

from __future__ import annotations

import re
from itertools import pairwise

from retention.rewards.codes import ALPHABET, is_well_formed, make_code


def test_a_code_is_five_groups_of_four_without_characters_that_people_misread() -> None:
    for _ in range(200):
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}", make_code())


def test_no_code_is_made_twice() -> None:
    codes = {make_code() for _ in range(20_000)}
    assert len(codes) == 20_000


def test_every_character_of_the_alphabet_is_equally_frequent_at_every_position() -> None:
    drawn = [make_code().replace("-", "") for _ in range(16_000)]
    for place in range(20):
        counts = [sum(code[place] == each for code in drawn) for each in ALPHABET]
        # 500 of each are expected; seven standard deviations are 154.
        assert min(counts) > 346
        assert max(counts) < 654


def test_every_wrong_character_is_detected() -> None:
    code = make_code().replace("-", "")
    assert is_well_formed(code)
    for place, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            assert not is_well_formed(code[:place] + wrong + code[place + 1 :])


def test_swapped_neighbours_are_detected_except_the_first_and_last_of_the_alphabet() -> None:
    swapped = 0
    for _ in range(200):
        code = make_code().replace("-", "")
        for place, (left, right) in enumerate(pairwise(code)):
            if left == right or {left, right} == {ALPHABET[0], ALPHABET[-1]}:
                continue
            assert not is_well_formed(code[:place] + right + left + code[place + 2 :])
            swapped += 1
    assert swapped > 3000


def test_blanks_hyphens_and_small_letters_do_not_matter() -> None:
    code = make_code()
    assert is_well_formed(code.lower().replace("-", " "))
    assert not is_well_formed(code[:-1])
    assert not is_well_formed(code.replace(code[0], "I"))
