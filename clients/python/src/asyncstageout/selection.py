"""Which files of a task a request is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict


class Selection(TypedDict, total=False):
    """Files that all of the lists given allow; all files of the task where there is none."""

    jobs: Sequence[str] | None
    """Job ids."""
    files: Sequence[str] | None
    """CRAB's ids of files."""
    classes: Sequence[str] | None
    """Failure classes such as ``space``: files that failed, or wait for another attempt, for one of them."""
    sources: Sequence[str] | None
    """Sites that the files come from."""
    destinations: Sequence[str] | None
    """Sites that they go to."""


def wire_selection(selection: Selection) -> dict[str, object]:
    """The part of a message that says which files it is about.

    :raises TypeError: for a name that a selection does not have; it would mean all files
    """
    given: Mapping[str, object] = selection
    unknown = given.keys() - Selection.__annotations__.keys()
    if unknown:
        raise TypeError(f"a selection has no {', '.join(sorted(unknown))}")
    lists = {"jobs": selection.get("jobs"), "files": selection.get("files"), "classes": selection.get("classes")}
    sites = {"sources": selection.get("sources"), "destinations": selection.get("destinations")}
    return {name: list(values) for name, values in {**lists, **sites}.items() if values is not None}
