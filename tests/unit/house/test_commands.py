"""The `retention` command: every part has a help text and an example."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from retention.commands import app, errors
from retention.commands.console import print_error
from retention.project.strict_model import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import click


def _commands(group: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, *path, name)
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_says_what_it_does_and_shows_how_it_is_called(words: str) -> None:
    command = COMMANDS[words]
    assert command.help
    assert re.match(rf"Examples?: retention {words}( |$)", command.epilog)
    for parameter in command.params:
        if parameter.name not in {"help", "install_completion", "show_completion"}:
            assert parameter.help, f"{words}: {parameter.name} has no help"


@pytest.mark.parametrize("words", COMMANDS)
def test_an_example_names_options_that_exist(words: str) -> None:
    options = {option for parameter in COMMANDS[words].params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", COMMANDS[words].epilog)) <= options


def test_the_help_groups_the_commands_by_what_they_are_about() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
    panels = ["Campaigns", "Mails", "Customers", "Rewards", "The project", "The database"]
    assert re.findall(r"\u256d\u2500 ([\w ]+) \u2500", shown)[1:] == panels


def test_the_help_imports_no_heavy_package() -> None:
    code = (
        "import sys, retention.commands;"
        " sys.exit(bool({'great_expectations', 'sendgrid', 'scipy', 'jinja2'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("words", "targets"),
    [("preview", "preview"), ("send-test", "send-test"), ("new campaign", "new-campaign"),
     ("explain", "explain"), ("check", "check"), ("words", "words")],
)  # fmt: skip
def test_commands_for_analysts_have_a_make_target(root: Path, words: str, targets: str) -> None:
    makefile = (root / "Makefile").read_text()
    assert re.search(rf"^{targets}: .*## ", makefile, re.MULTILINE)
    assert f"retention {words}" in makefile


def test_errors_that_a_person_can_fix_are_printed_one_per_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = SettingsError("a.yml: this is wrong", "b.yml, line 2: so is this")
    assert errors.is_fixable(error)
    print_error(error)
    printed = capsys.readouterr().out
    assert printed == "\u2717 a.yml: this is wrong\n\u2717 b.yml, line 2: so is this\n"


def test_an_unexpected_error_does_not_count_as_fixable() -> None:
    assert not errors.is_fixable(ZeroDivisionError("division by zero"))
