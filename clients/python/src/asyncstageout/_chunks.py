"""Messages that are small enough."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ._names import NAMES

_LIMITS = NAMES["limits"]
_ENVELOPE = 64
"""For what surrounds the jobs in a message."""

Report = dict[str, Any]


def chunk_reports(
    reports: Iterable[Report], limit: int = _LIMITS["messageBytes"], most: int = _LIMITS["messageJobs"]
) -> Iterator[list[Report]]:
    """Splits reports into messages of at most ``limit`` bytes as JSON and ``most`` reports, in order.

    A report that is too large by itself is split by files; each part announces all of them.
    """
    chunk: list[Report] = []
    room = limit - _ENVELOPE
    for part in (part for report in reports for part in _split(report, limit - _ENVELOPE)):
        size = _bytes(part)
        if chunk and (size > room or len(chunk) == most):
            yield chunk
            chunk, room = [], limit - _ENVELOPE
        chunk.append(part)
        room -= size
    if chunk:
        yield chunk


def _split(report: Report, limit: int) -> Iterator[Report]:
    if _bytes(report) <= limit:
        yield report
        return
    empty = _bytes({**report, "files": []})
    files: list[Any] = []
    room = limit - empty
    for file in report["files"]:
        size = _bytes(file)
        if files and size > room:
            yield {**report, "files": files}
            files, room = [], limit - empty
        files.append(file)
        room -= size
    yield {**report, "files": files}


def _bytes(value: object) -> int:
    """Without blanks, as the data converter writes it; a character that is not ASCII is six then."""
    return len(json.dumps(value, separators=(",", ":"))) + 1
