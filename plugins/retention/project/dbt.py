"""Runs dbt as a separate process, from this interpreter's environment."""

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

# Called with (stage, steps done, total steps).
Progress = Callable[[str, int, int], None]

PROFILE = "paluu"
BUILDABLE = ("--resource-type", "model", "--resource-type", "seed")  # no tests
NIGHT_VARIABLE = "PALUU_AS_OF"  # read by `night()`; a changed var would force a full parse
STARTED, MADE = "LogStartLine", {"LogModelResult", "LogSeedResult"}  # names of dbt's events
MOST_ERROR_LINES = 20  # later errors are mostly consequences of the first


class DbtError(RuntimeError):
    """A dbt command failed; the message is dbt's."""


@dataclass(frozen=True)
class Dbt:
    """A dbt project and the place to build it.

    Attributes:
        project: folder of the dbt project, with its `profiles.yml`.
        target: the output of `profiles.yml` to build in.
        work: folder of dbt's artifacts, such as `manifest.json`.
    """

    project: Path
    target: str
    work: Path

    def run(self, words: Sequence[str], night: date, on_progress: Progress, stage: str) -> None:
        """Run a dbt command for a night.

        Args:
            words: the command and its options.
            night: local date of the night.
            on_progress: called after every finished model, with `stage`.
            stage: what the command is for, in words for a waiting person.

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
                    errors = list(_follow(running.stdout, on_progress, stage))
                except BaseException:  # no caller waits for dbt any more
                    running.terminate()
                    raise
            if running.returncode != 0:
                noise.seek(0)
                lines = errors or noise.read().splitlines()
                message = "\n".join([f"dbt {words[0]} failed:", *lines[:MOST_ERROR_LINES]])
                raise DbtError(message)

    def manifest(self) -> dict[str, Any]:
        """Return the manifest that the last command wrote, as parsed JSON."""
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
    """Return the dbt of this interpreter's environment, regardless of PATH."""
    return str(Path(sys.executable).parent / "dbt")


def _follow(output: IO[str] | None, on_progress: Progress, stage: str) -> Iterator[str]:
    """Report finished models as dbt logs them; yield its errors."""
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
