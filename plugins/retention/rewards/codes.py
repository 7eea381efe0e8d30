"""Gift card codes such as `7K2M-Q4XD-9TBW-HN3C-V8EG`: unguessable, with a check character.

Nineteen characters are random, 95 bits from the operating system. The twentieth is a check
character by Luhn's rule, extended from 10 (ISO/IEC 7812-1, annex B) to 32 characters. It detects
every single wrong character and every swap of two neighbours, except of the alphabet's first and
last characters. The alphabet lacks I, L, O and U, which people misread or read as words.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 19
GROUP = 4
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def make_code() -> str:
    """Return a new code, in groups of four."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return _grouped(drawn + check_character(drawn))


def is_well_formed(code: str) -> bool:
    """Whether a code can be one of ours; the check character detects typing errors."""
    bare = code.upper().replace(" ", "").replace("-", "")
    if len(bare) != RANDOM_CHARACTERS + 1 or not set(bare) <= _VALUES.keys():
        return False
    return check_character(bare[:-1]) == bare[-1]


def check_character(drawn: str) -> str:
    """Return the character that goes after `drawn`, by Luhn's rule modulo 32."""
    size = len(ALPHABET)
    total = 0
    for place, character in enumerate(reversed(drawn)):
        value = _VALUES[character] * (1 + (place + 1) % 2)
        total += value // size + value % size
    return ALPHABET[-total % size]


def _grouped(bare: str) -> str:
    return "-".join(bare[start : start + GROUP] for start in range(0, len(bare), GROUP))
