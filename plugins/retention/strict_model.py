"""Settings as people write them: frozen, every key known, and errors that name the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import ValidationError


class SettingsError(ValueError):
    """What people wrote is not as it should be.

    Attributes:
        problems: one line each, with the file, the key or line, and what to do.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StrictModel(BaseModel):
    """A model that takes no key it does not know, and never changes once it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def explain(error: ValidationError, model: type[BaseModel], under: str = "") -> list[str]:
    """Return what is wrong with which key, a line each.

    Args:
        error: what pydantic found.
        model: what the settings were read as; its fields are the keys that people may write.
        under: the key under which the settings stand, such as `config.meta.campaign`.
    """
    return [f"{_key(under, item['loc'])}: {_complaint(item, model)}" for item in error.errors()]


def _key(under: str, location: Sequence[str | int]) -> str:
    return ".".join(map(str, filter(lambda part: part != "", (under, *location)))) or "the whole"


def _complaint(item: Any, model: type[BaseModel]) -> str:
    """Return pydantic's words, with the known keys where a key is the matter."""
    if item["type"] not in {"missing", "extra_forbidden"}:
        return item["msg"].removeprefix("Value error, ")
    known = ", ".join(_known_keys(model, item["loc"][:-1]))
    fault = "this key is missing" if item["type"] == "missing" else "this key is not known"
    return f"{fault}; the keys here are {known}"


def _known_keys(model: type[BaseModel], location: Iterable[str | int]) -> Iterable[str]:
    """Return the keys of the model that stands at `location` inside `model`."""
    names = (name for name in location if isinstance(name, str))
    for name in names:
        annotation = model.model_fields[name].annotation
        if get_origin(annotation) is dict:
            next(names, None)  # a key of the people's own
            annotation = get_args(annotation)[1]
        model = next(iter(get_args(annotation)), annotation)
    return model.model_fields
