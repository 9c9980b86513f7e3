"""What the service and its clients have to agree upon besides the messages: ``names.json``, which the service writes."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, TypedDict

CONTRACT_VERSION = 1


class Limits(TypedDict):
    """Limits of what may be sent."""

    messageBytes: int
    messageJobs: int
    jobRetry: int
    compressFromBytes: int
    workflowIdCharacters: int


class Awaited(TypedDict):
    """What is waited for while calls fail in some way, and which steps of a file that holds up."""

    what: str
    steps: list[str]


class Names(TypedDict):
    """Names in Temporal, limits, and what the rules say."""

    workflows: dict[str, str]
    taskQueue: str
    messages: dict[str, str]
    queries: dict[str, str]
    searchAttributes: dict[str, str]
    limits: Limits
    rules: dict[str, str]
    awaited: dict[str, Awaited]


def json_schema(name: str) -> Any:
    """The JSON Schema of a message or an answer, such as ``addFiles`` or ``JobOutcome``.

    :raises FileNotFoundError: where there is none of that name
    """
    path = resources.files(__package__) / "schema" / f"v{CONTRACT_VERSION}" / f"{name}.json"
    return json.loads(path.read_text("utf-8"))


NAMES: Names = json_schema("names")
