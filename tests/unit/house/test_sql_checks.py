"""Each rule for SQL catches the mistake it is there for, in the engine's SQL and in dbt's.

The mistakes are planted in a folder that has the settings of the repository.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from demo.postgres import Cluster

SQRUFF = Path(sys.executable).parent / "sqruff"
UNPARSABLE, UNRENDERED = "unparsable", "TMP"
LONG = "a_rather_long_name_of_a_column_which_nobody_would_want_to_read_twice_in_one_line"
# A statement of the engine's by the rule that it breaks.
PLANTED = {
    "AL01": "select orders.order_id\nfrom raw.orders orders\n",
    "AL02": "select order_id id\nfrom orders\n",
    "AL03": "select\n    order_id,\n    amount + 1\nfrom orders\n",
    "AL04": (
        "select 1 as one\nfrom orders as kept\ninner join lines as kept on kept.one = kept.two\n"
    ),
    "AL05": "select order_id\nfrom orders as kept_orders\n",
    "AL06": "select o.order_id\nfrom orders as o\n",
    "AL08": "select\n    order_id,\n    amount as order_id\nfrom orders\n",
    "AL09": "select order_id as order_id\nfrom orders\n",
    "AL10": "select order_id\nfrom (\n    select order_id\n    from orders\n)\n",
    "AM01": "select distinct order_id\nfrom orders\ngroup by order_id\n",
    "AM03": "select order_id\nfrom orders\norder by order_id, amount desc\n",
    "AM04": "select *\nfrom orders\n",
    "AM05": "select orders.order_id\nfrom orders\njoin lines on orders.order_id = lines.order_id\n",
    "AM06": "select\n    order_id,\n    count(*) as line_count\nfrom lines\ngroup by 1\n",
    "AM07": "select line_id\nfrom lines\nunion all\nselect\n    order_id,\n    line\nfrom more\n",
    "AM08": "select orders.order_id\nfrom orders\ninner join lines\n",
    "AM09": "select order_id\nfrom orders\nlimit 1\n",
    "CP01": "SELECT order_id\nfrom orders\n",
    "CP02": "select Order_id\nfrom orders\n",
    "CP03": "select COUNT(*) as order_count\nfrom orders\n",
    "CP04": "select NULL as nothing\n",
    "CP05": "select order_id::TEXT as order_id\nfrom orders\n",
    "CV01": "select order_id\nfrom orders\nwhere order_id <> 1 and order_id != 2\n",
    "CV02": "select ifnull(amount, 0) as amount\nfrom orders\n",
    "CV03": "select\n    order_id,\nfrom orders\n",
    "CV04": "select count(1) as order_count\nfrom orders\n",
    "CV05": "select order_id\nfrom orders\nwhere amount = null\n",
    "CV06": "select order_id\nfrom orders\n\n;\n",
    "CV07": "(\n    select order_id\n    from orders\n)\n",
    "CV08": (
        "select lines.line_id\nfrom orders\nright join lines on orders.order_id = lines.order_id\n"
    ),
    "CV11": "select\n    cast(order_id as text) as id,\n    line_id::text as line\nfrom lines\n",
    "CV12": (
        "select orders.order_id\nfrom orders\ninner join lines\n"
        "where orders.order_id = lines.order_id\n"
    ),
    "LT01": "select order_id  from orders\n",
    "LT02": "select\n  order_id,\n  amount\nfrom orders\n",
    "LT03": "select\n    order_id +\n    amount as total\nfrom orders\n",
    "LT04": "select\n    order_id\n    , amount\nfrom orders\n",
    "LT05": f"select\n    {LONG},\n    amount\nfrom orders\n",
    "LT06": "select count (*) as order_count\nfrom orders\n",
    "LT07": "with kept as (\n    select order_id\n    from orders)\n\nselect order_id\nfrom kept\n",
    "LT08": "with kept as (\n    select order_id\n    from orders\n)\nselect order_id\nfrom kept\n",
    "LT09": "select order_id, amount\nfrom orders\n",
    "LT10": "select\n    distinct order_id\nfrom orders\n",
    "LT11": "select order_id\nfrom orders union all\nselect order_id\nfrom lines\n",
    "LT12": "select order_id\nfrom orders",
    "LT13": "\n\nselect order_id\nfrom orders\n",
    "LT14": "select order_id\nfrom orders where amount = 1\n",
    "LT15": "select order_id\n\n\n\n\nfrom orders\n",
    "RF01": "select baskets.order_id\nfrom orders\n",
    "RF02": "select amount\nfrom orders\ninner join lines on orders.order_id = lines.order_id\n",
    "RF03": "select\n    orders.order_id,\n    amount\nfrom orders\n",
    "RF05": 'select order_id as "an id!"\nfrom orders\n',
    "ST01": "select case when amount = 1 then 2 else null end as twice\nfrom orders\n",
    "ST02": "select case when amount = 1 then true else false end as is_one\nfrom orders\n",
    "ST03": "with kept as (\n    select order_id\n    from orders\n)\n\nselect 1 as one\n",
    "ST04": (
        "select\n    case\n        when amount = 1 then 1\n"
        "        else case when amount = 2 then 2 end\n    end as amount\nfrom orders\n"
    ),
    "ST05": (
        "select kept.order_id\nfrom (\n    select order_id\n    from orders\n) as kept\n"
    ),
    "ST07": "select orders.order_id\nfrom orders\ninner join lines using (order_id)\n",
    "ST08": "select distinct (order_id)\nfrom orders\n",
    "ST09": (
        "select lines.line_id\nfrom lines\ninner join orders on orders.order_id = lines.order_id\n"
    ),
    "ST10": "select order_id\nfrom orders\nwhere amount = amount\n",
    "ST11": (
        "select orders.order_id\nfrom orders\nleft join lines on orders.order_id = lines.order_id\n"
    ),
    "ST12": "select order_id\nfrom orders;;\n",
    UNPARSABLE: "select order_id\nfrom orders\nwhere from x\n",
}  # fmt: skip


# Rules that our settings or the dialect leave off.
OFF = {
    *("AL07", "CV13", "RF07", "PG01", "PG02", "CV09"),  # off unless they are asked for
    *("RF04", "RF06", "ST06"),  # excluded in `.sqruff`, which says why
    *("AM02", "CV10", "OR01", "TQ02", "TQ03", "TQ04"),  # of other dialects
    "JJ01",  # of templates, planted below
}
SOUND = "select order_id\nfrom orders\n"
# A model by the rule that it breaks, as written or as rendered.
PLANTED_MODELS = {
    "AL06": "select o.one\nfrom {{ ref('sound') }} as o\n",
    "CP01": "SELECT one\nfrom {{ ref('sound') }}\n",
    "JJ01": "select one\nfrom {{ref('sound')}}\n",
    "LT02": "select one\n  from {{ ref('sound') }}\n",
    "RF02": "select one\nfrom {{ ref('sound') }} as sound\ncross join {{ ref('sound') }} as same\n",
    "ST03": ("with kept as (\n    select one\n    from {{ ref('sound') }}\n)\n\nselect 1 as one\n"),
    UNPARSABLE: "select one\nfrom {{ ref('sound') }}\nwhere {{ nothing() }}\n",
    UNRENDERED: "select {% if execute %}{{ exceptions.raise_compiler_error('no') }}{% endif %}\n",
}
MACROS = "{%- macro nothing() -%} {%- endmacro -%}\n"
ALIAS = re.compile(
    r"\b(?:from|join|update)\s+(?:lateral\s+)?(?:\{\{.*?\}\}|[\w.]+)\s*"
    r"(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*)?\bas\s+(\w+)"
)
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", re.DOTALL)

LITERAL = re.compile(r"'[^']*'")


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the settings of the repository, the engine's statements and dbt's models."""
    folder = tmp_path_factory.mktemp("sql")
    project, statements = folder / "dbt_project", folder / "plugins"
    for directory in (project / "models", project / "macros", statements):
        directory.mkdir(parents=True)
    for settings in (".sqruff", "plugins/.sqruff", "dbt_project/profiles.yml"):
        shutil.copy(root / settings, folder / settings)
    (project / "dbt_project.yml").write_text("name: paluu\nprofile: paluu\nversion: 1.0.0\n")
    (project / "macros" / "macros.sql").write_text(MACROS)
    (project / "models" / "sound.sql").write_text("select 1 as one\n")
    (statements / "sound.sql").write_text(SOUND)
    for rule, text in PLANTED_MODELS.items():
        (project / "models" / f"{rule}.sql").write_text(text)
    for rule, text in PLANTED.items():
        (statements / f"{rule}.sql").write_text(text)
    return folder


@pytest.fixture(scope="module")
def found(copy: Path) -> dict[str, set[str]]:
    """The rules that each statement of the engine breaks, by the name of its file."""
    return _lint(copy, "plugins", os.environ)


@pytest.fixture(scope="module")
def found_in_models(copy: Path, postgres: Cluster) -> dict[str, set[str]]:
    """The rules that each model breaks, by the name of its file."""
    own = {"DBT_PROFILE": "paluu", "DBT_LOG_PATH": str(copy / "logs")}
    return _lint(copy, "dbt_project/models", os.environ | postgres.environment("postgres") | own)


def _lint(folder: Path, part: str, environment: Mapping[str, str]) -> dict[str, set[str]]:
    finished = subprocess.run(
        [SQRUFF, "lint", "--parsing-errors", "--format", "json", part],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1, finished.stdout + finished.stderr
    report = json.loads(finished.stdout[finished.stdout.index("{") :])
    return {
        Path(file).stem: {fault["code"] or "unparsable" for fault in faults}
        for file, faults in report.items()
    }


@pytest.mark.parametrize("rule", PLANTED)
def test_a_rule_finds_the_statement_planted_for_it(found: dict[str, set[str]], rule: str) -> None:
    assert rule in found[rule]


@pytest.mark.parametrize("rule", PLANTED_MODELS)
def test_a_rule_finds_the_model_planted_for_it(
    found_in_models: dict[str, set[str]], rule: str
) -> None:
    assert rule in found_in_models[rule]


def test_what_is_sound_is_not_blamed(
    found: dict[str, set[str]], found_in_models: dict[str, set[str]]
) -> None:
    assert not found.get("sound")
    assert not found_in_models.get("sound")


def test_every_rule_that_is_on_has_a_statement_planted_for_it() -> None:
    listed = subprocess.run([SQRUFF, "rules"], capture_output=True, text=True, check=True).stdout
    rules = set(re.findall(r"^([A-Z]{2}\d\d):", listed, re.MULTILINE))
    assert len(rules) > 60
    assert rules - OFF == set(PLANTED) - {UNPARSABLE}


def _short_aliases(text: str) -> list[str]:
    statement = LITERAL.sub("", COMMENT.sub("", text))
    return [name for name in ALIAS.findall(statement) if len(name) < 4]


def test_the_alias_of_every_table_is_a_word(root: Path, files: list[Path]) -> None:
    # sqruff's own rule overlooks a short alias beside a table that has none.
    texts = {file: (root / file).read_text() for file in files if file.suffix == ".sql"}
    assert len(texts) > 200
    assert {
        str(file): short for file, text in texts.items() if (short := _short_aliases(text))
    } == {}


@pytest.mark.parametrize(
    "text",
    [
        "from orders\ninner join lines as l on orders.order_id = l.order_id",
        "from {{ ref('orders') }} as o\n",
        "from orders cross join unnest(array[1, abs(2)]) as n",
        "from orders cross join lateral jsonb_each(orders.lines) as l",
        "update ledger.messages as m",
    ],
)
def test_a_short_alias_is_found(text: str) -> None:
    assert _short_aliases(text)
