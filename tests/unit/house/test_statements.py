"""The engine's SQL: one statement a file, named, told and used; none in Python."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ENGINE = ("plugins/retention/", "demo/")
# Ours begins in lower case, and no docstring does.
STATEMENT = re.compile(r"\s*(with|select|insert|update|delete|create|alter|drop)\b.*\n.*\n")


def test_a_file_holds_one_statement_and_says_first_what_it_does(
    root: Path, files: list[Path]
) -> None:
    for path in statements(files):
        text = (root / path).read_text()
        assert text.startswith("-- "), f"{path}: what does it do?"
        assert ";" not in re.sub(r"--.*", "", text), f"{path}: one statement a file"


def test_the_code_beside_a_statement_uses_it(root: Path, files: list[Path]) -> None:
    unused = []
    for path in statements(files):
        package = path.parents[path.parts[::-1].index("sql")]
        code = "".join(file.read_text() for file in (root / package).glob("*.py"))
        if f'"{path.stem}"' not in code:
            unused.append(str(path))
    assert not unused


def test_no_two_statements_of_a_package_share_a_name(files: list[Path]) -> None:
    names = [(str(path).split("/sql/")[0], path.stem) for path in statements(files)]
    assert len(names) == len(set(names))


def test_python_holds_no_statement_of_several_lines(root: Path, files: list[Path]) -> None:
    found = [
        f"{path}:{text.lineno}"
        for path in files
        if path.suffix == ".py" and str(path).startswith(ENGINE)
        for text in ast.walk(ast.parse((root / path).read_text()))
        if isinstance(text, ast.Constant) and STATEMENT.match(str(text.value))
    ]
    assert not found, f"a file in a `sql` folder is linted and prepared: {found}"


def statements(files: list[Path]) -> list[Path]:
    """The engine's SQL files, one statement each; not the schema, not what analysts copy."""
    found = [path for path in files if str(path).startswith(ENGINE) and path.suffix == ".sql"]
    found = [path for path in found if "sql" in path.parts[:-1]]
    assert len(found) > 100
    return found
