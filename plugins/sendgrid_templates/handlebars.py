"""Handlebars as SendGrid documents it for dynamic templates.

pydantic-handlebars does the work; this module adds SendGrid's helpers and the few places where
JavaScript's idea of a value differs from Python's. The helpers follow SendGrid's page "Using
Handlebars".
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

CALL_WITH_ARGUMENTS = re.compile(
    r"\{\{\{?~?\s*#?\s*(?!else\b)([A-Za-z_][\w-]*)\s+(?!as\s*\|)[^\s}~]"
)
HELPER_NAMES = frozenset({
    "if", "unless", "each", "with", "lookup", "log",
    "equals", "notEquals", "greaterThan", "lessThan", "and", "or", "length", "insert", "formatDate",
})  # fmt: skip


def compiled(source: str) -> CompiledTemplate:
    """Compile a template, once for each text.

    Raises:
        HandlebarsError: when the syntax is broken or a helper is used that SendGrid does not have.
    """
    return _compiled(source)


@lru_cache(maxsize=512)
def _compiled(source: str) -> CompiledTemplate:
    template = ENVIRONMENT.compile(source)
    unknown = sorted(set(CALL_WITH_ARGUMENTS.findall(source)) - HELPER_NAMES)
    if unknown:
        offered = ", ".join(sorted(HELPER_NAMES))
        message = f"Missing helper: {', '.join(unknown)}; SendGrid offers {offered}"
        raise HandlebarsError(message)
    return template


def render(source: str, data: dict[str, Any]) -> str:
    """Render a template with dynamic template data.

    ``{{value}}`` is escaped for HTML, in subjects too, as SendGrid does.
    """
    return compiled(source).render(as_javascript(data))


def as_javascript(value: Any) -> Any:
    """Return data as JavaScript would print it: 10.0 is 10."""
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
    """Compare as JavaScript's ``>`` does: two texts by letter, everything else as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left > right
    numbers = _number(left), _number(right)
    return None not in numbers and numbers[0] > numbers[1]


def truthy(value: Any) -> bool:
    """Tell whether ``{{#if}}`` takes the value: not 0, "", null, false or an empty list.

    An empty object is taken.
    """
    return isinstance(value, dict) or bool(value)


def _choice(chosen: bool, context: Any, options: HelperOptions) -> str:  # noqa: FBT001 - the engine's calling convention
    return options.fn(context) if chosen else options.inverse(context)


def _comparison(compare: Comparison) -> Callable[..., str]:
    def block(context: Any, left: Any = None, right: Any = None, *, options: HelperOptions) -> str:
        return _choice(compare(left, right), context, options)

    return block


def _all_of(context: Any, *values: Any, options: HelperOptions) -> str:
    return _choice(all(truthy(value) for value in values), context, options)


def _any_of(context: Any, *values: Any, options: HelperOptions) -> str:
    return _choice(any(truthy(value) for value in values), context, options)


def _length(value: Any = None, **_: Any) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0


def _insert(value: Any = None, default: str = "", **_: Any) -> Any:
    return value if truthy(value) else default.removeprefix("default=")


def _format_date(timestamp: Any = None, pattern: str = "", offset: str = "", **_: Any) -> str:
    return format_date(timestamp, pattern, offset)


def _environment() -> HandlebarsEnvironment:
    environment = HandlebarsEnvironment(auto_escape=True)
    helpers: dict[str, Callable[..., Any]] = {
        "equals": _comparison(loosely_equal),
        "notEquals": _comparison(lambda left, right: not loosely_equal(left, right)),
        "greaterThan": _comparison(greater),
        "lessThan": _comparison(lambda left, right: greater(right, left)),
        "and": _all_of,
        "or": _any_of,
        "length": _length,
        "insert": _insert,
        "formatDate": _format_date,
    }
    for name, helper in helpers.items():
        environment.register_helper(name, helper)
    return environment


ENVIRONMENT = _environment()
