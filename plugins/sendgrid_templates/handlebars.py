"""Handlebars as SendGrid documents it for dynamic templates.

pydantic-handlebars does the work; this module adds SendGrid's helpers and the few places where
JavaScript treats a value differently from Python. The helpers follow SendGrid's page "Using
Handlebars"; as in JavaScript, extra arguments are ignored.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pydantic_handlebars import (
    CompiledTemplate,
    HandlebarsEnvironment,
    HandlebarsError,
    HelperOptions,
)

from sendgrid_templates.date_format import format_date

Comparison = Callable[[Any, Any], bool]

COMMENT = re.compile(r"\{\{~?!--.*?--~?\}\}|\{\{~?!.*?\}\}", re.DOTALL)
CALL_WITH_ARGUMENTS = re.compile(
    r"\{\{\{?~?\s*#?\s*(?!else\b)([A-Za-z_][\w-]*)\s+(?!as\s*\|)[^\s}~]"
)
TAG = re.compile(r"\{\{.*?\}\}", re.DOTALL)
QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
CALL_IN_PARENTHESES = re.compile(r"\(\s*([A-Za-z_][\w-]*)")

VALUES = frozenset({"lookup", "log", "length", "insert", "formatDate"})
"""Helpers that return a value, so another helper may take it; the rest choose a block's content."""
HELPER_NAMES = VALUES | {
    "if", "unless", "each", "with", "equals", "notEquals", "greaterThan", "lessThan", "and", "or",
}  # fmt: skip


def compiled(source: str) -> CompiledTemplate:
    """Compile a template; each source text is compiled only once.

    Raises:
        HandlebarsError: the syntax is broken, or the template uses a helper that SendGrid lacks.
    """
    return _compiled(source)


@lru_cache(maxsize=512)
def _compiled(source: str) -> CompiledTemplate:
    template = ENVIRONMENT.compile(source)
    text = COMMENT.sub("", source)
    _check_helpers("helper", CALL_WITH_ARGUMENTS.findall(text), HELPER_NAMES)
    for tag in TAG.findall(text):
        inside = CALL_IN_PARENTHESES.findall(QUOTED.sub("", tag))
        _check_helpers("helper in parentheses", inside, VALUES)
    return template


def _check_helpers(kind: str, called: list[str], offered: frozenset[str]) -> None:
    unknown = sorted(set(called) - offered)
    if unknown:
        names = ", ".join(sorted(offered))
        message = f"Missing {kind}: {', '.join(unknown)}; SendGrid offers {names}"
        raise HandlebarsError(message)


def render(source: str, data: dict[str, Any]) -> str:
    """Render a template with dynamic template data.

    ``{{value}}`` is HTML-escaped, in subjects too, as SendGrid does.
    """
    return compiled(source).render(as_javascript(data))


def as_javascript(value: Any) -> Any:
    """Return the data with numbers as JavaScript prints them: 10.0 becomes 10."""
    if isinstance(value, dict):
        return {key: as_javascript(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_javascript(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _number(value: Any) -> float | None:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return None


def loosely_equal(left: Any, right: Any) -> bool:
    """Compare as JavaScript's ``==`` does for plain values: 3 equals "3"."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if left is None or right is None:
        return left is right
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return left == right
    number = _number(left)
    return number is not None and number == _number(right)


def greater(left: Any, right: Any) -> bool:
    """Compare as JavaScript's ``>`` does: two strings by character, everything else as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left > right
    numbers = _number(left), _number(right)
    return None not in numbers and numbers[0] > numbers[1]


def truthy(value: Any) -> bool:
    """Return whether ``{{#if}}`` accepts the value: 0, "", null, false and [] are falsy.

    An empty object is truthy.
    """
    return isinstance(value, dict) or bool(value)


def _choice(chosen: bool, context: Any, options: HelperOptions) -> str:  # noqa: FBT001 - the engine's calling convention
    return options.fn(context) if chosen else options.inverse(context)


def _comparison(compare: Comparison) -> Callable[..., str]:
    def block(
        context: Any, left: Any = None, right: Any = None, *_: Any, options: HelperOptions
    ) -> str:
        return _choice(compare(left, right), context, options)

    return block


def _all_of(context: Any, *values: Any, options: HelperOptions) -> str:
    return _choice(all(truthy(value) for value in values), context, options)


def _any_of(context: Any, *values: Any, options: HelperOptions) -> str:
    return _choice(any(truthy(value) for value in values), context, options)


def _length(value: Any = None, *_: Any, **__: Any) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0


def _insert(value: Any = None, default: Any = "", *_: Any, **__: Any) -> Any:
    if truthy(value):
        return value
    return default.removeprefix("default=") if isinstance(default, str) else default


def _format_date(
    timestamp: Any = None, pattern: str = "", offset: str = "", *_: Any, **__: Any
) -> str:
    return format_date(timestamp, pattern, offset)


def _log(*_: Any, **__: Any) -> str:
    """Render nothing and print nothing: a recipient's data must stay out of our logs."""
    return ""


def _environment() -> HandlebarsEnvironment:
    environment = HandlebarsEnvironment(auto_escape=True)
    helpers: dict[str, Callable[..., Any]] = {
        "equals": _comparison(loosely_equal),
        "notEquals": _comparison(lambda left, right: not loosely_equal(left, right)),
        "greaterThan": _comparison(greater),
        "lessThan": _comparison(lambda left, right: greater(right, left)),
        "and": _all_of,
        "or": _any_of,
        "log": _log,
        "length": _length,
        "insert": _insert,
        "formatDate": _format_date,
    }
    for name, helper in helpers.items():
        environment.register_helper(name, helper)
    return environment


ENVIRONMENT = _environment()
