"""Where an LFN lies, seen from a user. The areas are CRAB's."""

from __future__ import annotations

import re
from typing import Literal

_TASK_NAME_MAX = 232
_TASK_NAME = re.compile(r"[0-9]{6}_[0-9]{6}:([A-Za-z0-9][A-Za-z0-9_-]*?)_crab_[A-Za-z0-9_.-]+")

Area = Literal["own", "group", "local", "elsewhere"]


def owner_of_task(task: str) -> str | None:
    """The user in a CRAB task name, ``<YYMMDD_HHMMSS>:<username>_crab_…``; ``None`` where it is none."""
    match = _TASK_NAME.fullmatch(task) if len(task) <= _TASK_NAME_MAX else None
    return match and match[1]


def destination_area(lfn: str, user: str) -> Area:
    """The area of a destination LFN; that a user is a member of a group, only the service can know."""
    parts = lfn.split("/")
    if parts[0] != "" or parts[1:2] != ["store"]:
        return "elsewhere"
    area, name, following = [*parts[2:5], "", "", ""][:3]

    def inside(depth: int) -> bool:
        # What follows the area must be a path within it, not the area itself.
        return len(parts) > depth and parts[depth] != ""

    if area == "user":
        # A user named "rucio" would otherwise own everybody's area under /store/user/rucio.
        own = following == user and inside(5) if name == "rucio" else name == user and inside(4)
        return "own" if own else "elsewhere"
    for path in (["test", "rucio", "user", user], ["test", "rucio", "int", "user", user]):
        if parts[2 : 2 + len(path)] == path and inside(2 + len(path)):
            return "own"
    if area == "group" and name != "" and inside(4):
        return "group"
    return "local" if area == "local" and name != "" and inside(4) else "elsewhere"


def is_in_temporary_area(lfn: str, user: str) -> bool:
    """The LFN lies in ``/store/temp/user/<username>.<hash>/`` of the user."""
    _, store, temp, kind, owner, name = [*lfn.split("/"), "", "", "", "", "", ""][:6]
    username, dot, digest = owner.rpartition(".")
    return (
        [store, temp, kind] == ["store", "temp", "user"]
        and dot == "."
        and username == user
        and re.fullmatch("[0-9A-Za-z]+", digest) is not None
        and name != ""
    )
