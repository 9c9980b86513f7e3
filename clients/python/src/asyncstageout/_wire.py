"""Between dataclasses and the JSON of the contract, whose names are in camelCase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from .records import JobOutput

T = TypeVar("T")


def wire_name(field: str) -> str:
    """``source_lfn`` → ``sourceLfn``; ``class_`` → ``class``."""
    first, *rest = field.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def to_wire(value: object) -> Any:
    """The JSON of a dataclass."""
    if is_dataclass(value):
        return {wire_name(field.name): to_wire(getattr(value, field.name)) for field in fields(value)}
    return [to_wire(item) for item in value] if isinstance(value, tuple) else value


def from_wire(kind: type[T], value: Any) -> T:
    """A dataclass from its JSON; fields that it does not have are passed over."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        names = [field.name for field in fields(kind)]
        return kind(**{name: from_wire(hints[name], value[wire_name(name)]) for name in names})
    if get_origin(kind) is tuple:
        item: Any = get_args(kind)[0]
        return tuple(from_wire(item, part) for part in value)  # type: ignore[return-value]
    return value  # type: ignore[no-any-return]


def report_of(output: JobOutput) -> dict[str, Any]:
    """A job output as a ``JobReport``."""
    return {
        "jobId": output.job.job_id,
        "retry": output.job.retry,
        "expected": output.expected,
        "files": to_wire(output.files),
    }


def voms_of(output: JobOutput) -> Mapping[str, str]:
    """Group and role, where there are any."""
    given = {"group": output.group, "role": output.role}
    return {name: value for name, value in given.items() if value}
