"""Where a job output stands: of its task, of the batches and publishers of its files, and of Temporal. Nothing is written for it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from temporalio.client import Client

from ._calls import answer_of
from ._failing import FailingCall, failing_calls, held_up
from ._names import NAMES
from ._start import publish_dataset_id, stage_out_id, transfer_batch_id
from ._wire import from_wire
from .errors import JobNotFoundError, TaskNotFoundError
from .status import JobStatus

T = TypeVar("T")
Wire = Mapping[str, Any]

_QUERIES = NAMES["queries"]
_AT_ONCE = 8
"""Workflows asked at a time: each query may make a worker replay one."""
_FINAL = {"DONE", "FAILED", "KILLED", "REJECTED"}


@dataclass
class _Answer:
    """What a workflow said of some files, by key, and which of its calls fail just now."""

    files: Mapping[str, Wire] = field(default_factory=dict)
    failing: list[FailingCall] = field(default_factory=list)


async def job_status(client: Client, task: str, job_id: str) -> JobStatus:
    """Asks, and puts together what each of them knows best."""
    job = await answer_of(task, lambda: client.get_workflow_handle(stage_out_id(task)).query(_QUERIES["job"], job_id))
    if job is None:
        raise JobNotFoundError(f"task {task} has no job {job_id}: nothing of it was reported")
    is_over = all(file["transfer"] in _FINAL for file in job["files"])
    of_task = [] if is_over else await _failing(client, task, stage_out_id(task))

    async def batch(number: int, keys: list[str]) -> _Answer:
        return await _ask(client, task, transfer_batch_id(task, number), "batchFiles", keys, _is_moving)

    async def publisher(dataset: str, keys: list[str]) -> _Answer:
        return await _ask(client, task, publish_dataset_id(task, dataset), "publisherFiles", keys, lambda file: True)

    batches = await _each((file["batch"], file["key"]) for file in job["files"])(batch)
    details = {key: file for answer in batches.values() for key, file in answer.files.items()}
    handed_over = [file for file in details.values() if file["publication"] == "ACQUIRED"]
    publishers = await _each((file["dataset"], file["key"]) for file in handed_over)(publisher)

    def status_of(file: Wire) -> Wire:
        detail = details.get(file["key"])
        stages = detail["stages"] if detail else file["stages"]
        of_batch = batches.get(file["batch"], _Answer()).failing
        # Before the first FTS job it may be the task that waits.
        failing = [*of_batch, *(of_task if stages["transfer"]["attempts"] == 0 else [])]
        step = "look" if stages.get("phase") == "arrived" else "copy"
        publisher = publishers.get(detail["dataset"] if detail else None, _Answer())
        queued = publisher.files.get(file["key"])
        return {
            **_facts_of(file, detail),
            "transfer": held_up(stages["transfer"], step, failing, task),
            "publication": held_up(queued["publication"], "block", publisher.failing, task)
            if queued
            else stages["publication"] or file["stages"]["publication"],
        }

    return from_wire(JobStatus, {**job, "task": task, "files": [status_of(file) for file in job["files"]]})


def _facts_of(file: Wire, detail: Wire | None) -> Wire:
    """What a file is, and what went wrong last."""
    record: Wire = detail or file["record"] or {}
    last: Wire = detail["attempts"][-1] if detail and detail["attempts"] else {}
    is_done = (detail or file)["transfer"] == "DONE"
    failure = None if is_done else last.get("class", file["failure"])
    return {
        **{name: file[name] for name in ("key", "retry", "type")},
        **{name: record.get(name) for name in ("id", "source", "destination", "destinationLfn", "dataset")},
        "failure": failure,
        "code": None if failure is None else last.get("code", file["code"]),
        "ftsJobIds": detail["ftsJobIds"] if detail else [],
    }


def _is_moving(file: Wire) -> bool:
    return file["transfer"] not in _FINAL


async def _ask(
    client: Client, task: str, workflow_id: str, query: str, keys: list[str], is_open: Callable[[Wire], bool]
) -> _Answer:
    """Nothing of a workflow that Temporal does not keep any more, or that the files have not reached yet."""
    handle = client.get_workflow_handle(workflow_id)
    try:
        files: list[Wire] = await answer_of(task, lambda: handle.query(_QUERIES[query], {"keys": keys}))
    except TaskNotFoundError:
        return _Answer()
    failing = await _failing(client, task, workflow_id) if any(is_open(file) for file in files) else []
    return _Answer({file["key"]: file for file in files}, failing)


async def _failing(client: Client, task: str, workflow_id: str) -> list[FailingCall]:
    try:
        return await answer_of(task, lambda: failing_calls(client, workflow_id))
    except TaskNotFoundError:
        return []


def _each(
    keys: Iterable[tuple[T | None, str]],
) -> Callable[[Callable[[T, list[str]], Awaitable[_Answer]]], Awaitable[dict[T, _Answer]]]:
    """Asks once for all files of a group, and so many groups at a time; files of none are left out."""
    groups: dict[T, list[str]] = defaultdict(list)
    for group, key in keys:
        if group is not None:
            groups[group].append(key)
    room = asyncio.Semaphore(_AT_ONCE)

    async def ask_all(ask: Callable[[T, list[str]], Awaitable[_Answer]]) -> dict[T, _Answer]:
        async def one(group: T) -> _Answer:
            async with room:
                return await ask(group, groups[group])

        return dict(zip(groups, await asyncio.gather(*map(one, groups)), strict=True))

    return ask_all
