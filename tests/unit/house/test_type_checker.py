"""Both folders with checked types: a mistake planted there is named, by ty or by ruff."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(sys.executable).parent
FOLDERS = ("plugins", "dags")
# What is planted, by the rule that must name it; each in a module of its own.
PLANTED = {
    # An argument that psycopg does not take.
    "no-matching-overload": """
        def run(connection: psycopg.Connection) -> None:
            connection.execute(1)
    """,
    # A row that may be missing.
    "not-subscriptable": """
        def count(connection: psycopg.Connection) -> object:
            return connection.execute("select 1").fetchone()[0]
    """,
    # JSON passed off as a number.
    "unsound-return": """
        def number(text: str) -> int:
            return json.loads(text)
    """,
    # A dictionary of anything.
    "missing-type-argument": """
        def keep(values: dict) -> None: ...
    """,
    # An attribute that Airflow's DAGs do not have.
    "missing-attribute": """
        def name(dag: airflow.sdk.DAG) -> object:
            return dag.dag_name
    """,
    # An ignore without its rule.
    "blanket-ignore-comment": """
        def run(connection: psycopg.Connection) -> None:
            connection.execute(1)  # ty: ignore
    """,
    # An ignore that has nothing to ignore.
    "unused-ignore-comment": """
        COUNT: int = 1  # ty: ignore[invalid-assignment]
    """,
    # Functions without types, or with types that say nothing.
    "missing-type-function-argument": """
        def keep(value) -> None: ...
    """,
    "missing-return-type-public-function": """
        def keep(value: int): ...
    """,
    "any-type": """
        def keep(value: typing.Any) -> None: ...
    """,
}
IMPORTS = "import json\nimport typing\n\nimport airflow.sdk\nimport psycopg\n\n"


@pytest.fixture(scope="module")
def found(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Module and rule of all that both checks find in a project full of mistakes."""
    project = tmp_path_factory.mktemp("types")
    shutil.copy(root / "pyproject.toml", project)
    for folder in FOLDERS:
        for rule, mistake in PLANTED.items():
            module = project / folder / f"{rule.replace('-', '_')}.py"
            module.parent.mkdir(exist_ok=True)
            module.write_text(IMPORTS + mistake.replace("\n        ", "\n"))
    checks = [
        [TOOLS / "ty", "check", "--output-format", "concise", "--python", sys.prefix],
        [TOOLS / "ruff", "check", "--no-cache", "--output-format", "concise", "."],
    ]
    judged = [
        subprocess.run(check, cwd=project, capture_output=True, text=True, check=False)
        for check in checks
    ]
    assert [each.returncode for each in judged] == [1, 1]
    output = "".join(each.stdout for each in judged)
    named = re.finditer(r"^(\w+/\w+)\.py:\d+:\d+: (?:\w+\[)?([a-z-]+)[\]:]", output, re.MULTILINE)
    return {(each[1], each[2]) for each in named}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("rule", PLANTED)
def test_a_mistake_in_types_is_named(found: set[tuple[str, str]], folder: str, rule: str) -> None:
    assert (f"{folder}/{rule.replace('-', '_')}", rule) in found
