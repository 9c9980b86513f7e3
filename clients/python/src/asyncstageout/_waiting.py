"""Waiting for outcomes of job outputs."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from ._calls import SIGNAL_SECONDS, answer_of, explained
from ._names import NAMES
from ._start import job_output_id
from ._wire import from_wire
from .errors import JobFailedError, JobNotFoundError
from .outcomes import JobOutcome
from .records import JobRef

_IN_FLIGHT = 10
"""Results fetched at a time."""
_NO_ROOM_SECONDS = 15.0
"""Until a wait that Temporal had no room for is tried again; it takes 1,200 long polls a frontend unless it is configured otherwise."""
_TASKS_A_LIST = 50
"""A frontend lists ten times a second for a namespace, unless it is configured otherwise, so that few lists have to do."""


@dataclass(frozen=True)
class JobResult:
    """What became of a wait for one of many jobs: its outcome, or why there is none."""

    job: JobRef
    outcome: JobOutcome | None
    error: JobNotFoundError | JobFailedError | None = None


async def wait_for_job(client: Client, job: JobRef) -> JobOutcome:
    """Waits for as long as it takes, by long poll; where Temporal has no room for another one, asks again from time to time."""
    while True:
        with explained(job.task), _explained_wait(job):
            outcome = await _result_if_room(client, job)
        if outcome is not None:
            return outcome
        # Apart from each other, since many meet the limit at once.
        await asyncio.sleep(_NO_ROOM_SECONDS * random.uniform(0.5, 1.5))


async def outcome_now(client: Client, job: JobRef) -> JobOutcome | None:
    """The outcome, or ``None`` where it is not known yet, or Temporal has no room to tell it just now."""

    async def look() -> JobOutcome | None:
        with _explained_wait(job):
            status = (await _handle(client, job).describe()).status
            return None if status == WorkflowExecutionStatus.RUNNING else await _result_if_room(client, job)

    return await answer_of(job.task, look, SIGNAL_SECONDS)


async def wait_for_jobs(client: Client, jobs: Iterable[JobRef], every: float) -> AsyncIterator[JobResult]:
    """Asks for all running jobs together, once in ``every`` seconds; yields what became of each when it is known."""
    waiting = {job_output_id(job): job for job in jobs}
    while waiting:
        running = await _running_jobs(client, {job.task for job in waiting.values()})
        ended = [job for workflow_id, job in waiting.items() if workflow_id not in running]
        for at in range(0, len(ended), _IN_FLIGHT):
            looks = [_result_now(client, job) for job in ended[at : at + _IN_FLIGHT]]
            for result in await asyncio.gather(*looks):
                if result:
                    del waiting[job_output_id(result.job)]
                    yield result
        if waiting:
            await asyncio.sleep(every)


async def _result_if_room(client: Client, job: JobRef) -> JobOutcome | None:
    """The result, by a long poll; ``None`` where Temporal takes no more of them."""
    try:
        return from_wire(JobOutcome, await _handle(client, job).result())
    except RPCError as error:
        if error.status == RPCStatusCode.RESOURCE_EXHAUSTED:
            return None
        raise


def _handle(client: Client, job: JobRef) -> WorkflowHandle[Any, Any]:
    return client.get_workflow_handle(job_output_id(job))


async def _running_jobs(client: Client, tasks: Iterable[str]) -> set[str]:
    """Ids of the workflows that have not ended. What Temporal lists may be a second old, so that one may be missing."""
    running: set[str] = set()
    names = sorted(tasks)
    for at in range(0, len(names), _TASKS_A_LIST):
        some = ", ".join(_quoted(name) for name in names[at : at + _TASKS_A_LIST])
        query = (
            f"WorkflowType = '{NAMES['workflows']['jobOutput']}' AND "
            f"{NAMES['searchAttributes']['task']} IN ({some}) AND ExecutionStatus = 'Running'"
        )
        with explained("*"):
            async for execution in client.list_workflows(query, page_size=1000):
                running.add(execution.id)
    return running


async def _result_now(client: Client, job: JobRef) -> JobResult | None:
    try:
        outcome = await outcome_now(client, job)
        return None if outcome is None else JobResult(job, outcome)
    except (JobNotFoundError, JobFailedError) as error:
        return JobResult(job, None, error)


@contextlib.contextmanager
def _explained_wait(job: JobRef) -> Iterator[None]:
    what = f"job {job.job_id} (retry {job.retry}) of task {job.task}"
    try:
        yield
    except WorkflowFailureError as error:
        raise JobFailedError(f"the wait for {what} failed: {error.cause}") from error
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND and not error.message.startswith("Namespace "):
            raise JobNotFoundError(f"nothing waits for {what}") from error
        raise


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
