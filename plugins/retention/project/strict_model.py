"""Models of settings that people write: frozen, with known keys only, and with errors by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


class SettingsError(ValueError):
    """Settings that people wrote are invalid.

    Attributes:
        problems: one line each, with file, key or line, and what to do.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StrictModel(BaseModel):
    """A frozen model that rejects unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def explain(error: ValidationError, model: type[BaseModel], under: str = "") -> list[str]:
    """Return one line per invalid key.

    Args:
        error: pydantic's error.
        model: the model of the settings; its fields are the allowed keys.
        under: key of the settings within their file, such as `config.meta.campaign`.
    """
    return [f"{_key(under, item['loc'])}: {_complaint(item, model)}" for item in error.errors()]


def _key(under: str, location: Sequence[str | int]) -> str:
    return ".".join(map(str, filter(lambda part: part != "", (under, *location)))) or "the whole"


def _complaint(item: ErrorDetails, model: type[BaseModel]) -> str:
    """Return pydantic's message, with the known keys if a key is missing or unknown."""
    if item["type"] not in {"missing", "extra_forbidden"}:
        return item["msg"].removeprefix("Value error, ")
    known = ", ".join(_known_keys(model, item["loc"][:-1]))
    fault = "this key is missing" if item["type"] == "missing" else "this key is not known"
    return f"{fault}; the keys here are {known}"


def _known_keys(model: type[BaseModel], location: Iterable[str | int]) -> Iterable[str]:
    """Return the keys of the model at `location` within `model`."""
    names = (name for name in location if isinstance(name, str))
    for name in names:
        annotation = model.model_fields[name].annotation
        if get_origin(annotation) is dict:
            next(names, None)  # a key that people choose
            annotation = get_args(annotation)[1]
        inside = next(iter(get_args(annotation)), annotation)
        model = cast("type[BaseModel]", inside)
    return model.model_fields
