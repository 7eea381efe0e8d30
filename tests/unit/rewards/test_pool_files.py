"""Files of the merchant's codes: each fault is reported with its line, without its code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from retention.rewards.pool_import import PoolFileError, read_codes

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "code,currency,amount,expires_date\n"
SOUND = "ABCD-1234-EFGH,EUR,15.00,2027-12-31\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pool.csv"


def test_codes_are_read_with_their_lines(file: Path) -> None:
    file.write_text(HEADER + SOUND + "\n" + "abcd 1234 efgi,SEK,150,\n")
    first, second = read_codes(file)
    assert first == (2, "ABCD-1234-EFGH", "EUR", Decimal("15.00"), date(2027, 12, 31))
    assert second == (4, "abcd 1234 efgi", "SEK", Decimal(150), None)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("ABCD-1234-EFG,EUR,15.00,", "12 to 64 letters and digits, this one 11"),
        ("ABCD-1234-EFÄH,EUR,15.00,", "letters A to Z, digits"),
        ("ABCD-1234-EFGJ,euro,15.00,", "currency: "),
        ("ABCD-1234-EFGJ,EUR,0,", "amount: "),
        ("ABCD-1234-EFGJ,EUR,15.001,", "amount: "),
        ("ABCD-1234-EFGJ,EUR,15.00,31.12.2027", "expires_date: "),
        ("ABCD-1234-EFGJ,EUR,15.00", "3 values for 4 columns"),
        ("abcd1234efgh,EUR,15.00,", "the code is already on line 2"),
    ],
)
def test_a_wrong_line_is_named_without_its_code(file: Path, line: str, complaint: str) -> None:
    file.write_text(HEADER + SOUND + line + "\n")
    with pytest.raises(PoolFileError, match=rf"^pool\.csv, line 3: .*{complaint}") as caught:
        read_codes(file)
    assert "EFG" not in str(caught.value).upper().replace(" ", "").replace("-", "")


def test_all_wrong_lines_are_reported_at_once(file: Path) -> None:
    file.write_text(HEADER + "short,EUR,1,\n" + SOUND + "short,EUR,1,\n")
    with pytest.raises(PoolFileError) as caught:
        read_codes(file)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "pool.csv, line 2",
        "pool.csv, line 4",
    ]


def test_a_file_with_other_columns_is_refused_with_the_right_ones(file: Path) -> None:
    file.write_text("code;amount\n")
    with pytest.raises(PoolFileError, match="must be code,currency,amount,expires_date"):
        read_codes(file)
