"""dbt as a process of its own: the one in this interpreter's environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

# Called with what is under way, how many of its steps are done, and how many there are.
Progress = Callable[[str, int, int], None]

PROFILE = "paluu"
BUILDABLE = ("--resource-type", "model", "--resource-type", "seed")  # no tests
NIGHT_VARIABLE = "PALUU_AS_OF"  # read by `night()`; another var would make dbt parse all anew
STARTED, MADE = "LogStartLine", {"LogModelResult", "LogSeedResult"}  # dbt's names of its events
LONGEST_COMPLAINT = 20  # lines; what follows the first error is mostly its consequence


class DbtError(RuntimeError):
    """A dbt command failed; the message is dbt's own."""


@dataclass(frozen=True)
class Dbt:
    """A project as dbt works on it.

    Attributes:
        project: folder of the dbt project, with its `profiles.yml`.
        target: the output of `profiles.yml` to work in.
        work: folder for what dbt itself keeps, such as `manifest.json`.
    """

    project: Path
    target: str
    work: Path

    def run(self, words: Sequence[str], night: date, on_progress: Progress, stage: str) -> None:
        """Run a dbt command for a night.

        Args:
            words: the command and its options.
            night: local date of the night.
            on_progress: told of every model that is done, under the name `stage`.
            stage: what the command is for, to a person who waits for it.

        Raises:
            DbtError: the command failed.
        """
        with tempfile.TemporaryFile("w+", encoding="utf-8") as noise:
            with subprocess.Popen(  # noqa: S603
                [dbt_program(), *self._flags(), *words, *self._places()],
                env=os.environ | {NIGHT_VARIABLE: night.isoformat()},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=noise,
                text=True,
            ) as running:
                try:
                    complaints = list(_follow(running.stdout, on_progress, stage))
                except BaseException:  # nobody waits for it any more
                    running.terminate()
                    raise
            if running.returncode != 0:
                noise.seek(0)
                told = complaints or noise.read().splitlines()
                message = "\n".join([f"dbt {words[0]} failed:", *told[:LONGEST_COMPLAINT]])
                raise DbtError(message)

    def manifest(self) -> dict[str, Any]:
        """Return the manifest that the last command left, as JSON holds it."""
        return json.loads((self.work / "manifest.json").read_text(encoding="utf-8"))

    @staticmethod
    def _flags() -> tuple[str, ...]:
        return ("--no-use-colors", "--log-format", "json")

    def _places(self) -> tuple[str, ...]:
        return (
            *("--profile", PROFILE, "--target", self.target),
            *("--project-dir", str(self.project), "--profiles-dir", str(self.project)),
            *("--target-path", str(self.work), "--log-path", str(self.work)),
        )


def dbt_program() -> str:
    """Return the dbt that lives in this interpreter's environment, whatever PATH says."""
    return str(Path(sys.executable).parent / "dbt")


def _follow(output: IO[str] | None, on_progress: Progress, stage: str) -> Iterator[str]:
    """Report the models that are done, as dbt logs them; yield its errors."""
    made = 0
    for line in output or ():
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        name, data = event["info"]["name"], event["data"]
        if name in MADE:
            made += 1
        if name in {STARTED, *MADE}:
            on_progress(stage, made, data["total"])
        if event["info"]["level"] == "error" and event["info"]["msg"].strip():
            yield event["info"]["msg"].strip()
