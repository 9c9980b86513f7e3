"""Calls of Temporal: their time limits, their repetition where that is known to help, and their errors in our words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from .errors import (
    NoAnswerError,
    RequestRefusedError,
    TaskEndedError,
    TaskNotFoundError,
    TemporalUnreachableError,
)

T = TypeVar("T")

ANSWER_SECONDS = 60.0
"""For calls that a worker has to answer: a task that takes thousands of messages a minute was seen to answer after 19 s."""
SIGNAL_SECONDS = 30.0
"""For calls that Temporal itself answers."""

_TURNOVER_SECONDS = 30.0
_PAUSE_SECONDS = 0.2

_NO_WORKER = "did not answer in time: is a worker running (aso worker)? Nothing is done twice when this is tried again"


async def answer_of(task: str, call: Callable[[], Awaitable[T]], seconds: float = ANSWER_SECONDS) -> T:
    """Makes a call about a task within its time; what Temporal's client raises becomes an :class:`AsoError`."""
    return await answer_from(f"task {task}", call, seconds)


async def answer_from(who: str, call: Callable[[], Awaitable[T]], seconds: float = ANSWER_SECONDS) -> T:
    """As :func:`answer_of`, about another workflow of ours, under its name in what users read."""
    with explained_of(who):
        return await asyncio.wait_for(call(), seconds)


async def answer_of_start(task: str, call: Callable[[], Awaitable[T]], seconds: float = ANSWER_SECONDS) -> T:
    """As :func:`answer_of`, about a call that starts the task where there is none."""
    return await answer_from_start(f"task {task}", call, seconds)


async def answer_from_start(who: str, call: Callable[[], Awaitable[T]], seconds: float = ANSWER_SECONDS) -> T:
    """As :func:`answer_from`, about a call that starts the workflow where it does not run.

    What Temporal does not find then, as it may say while its database is away, is Temporal that is not well.
    """
    try:
        return await answer_from(who, call, seconds)
    except TaskEndedError:
        raise
    except TaskNotFoundError as error:
        message = f"Temporal did not take the message to {who}; nothing is done twice when this is tried again"
        raise TemporalUnreachableError(message) from error


async def across_turnover(call: Callable[[], Awaitable[T]]) -> T:
    """Repeats a message that was not taken because the task was continuing as new, or ending, or had no room.

    So it does one that was not answered because an operator reset the task: all may be repeated.
    """
    loop = asyncio.get_running_loop()
    # From the first answer on: a message may have waited for it longer than that.
    deadline: float | None = None
    while True:
        try:
            return await call()
        except (RPCError, WorkflowUpdateFailedError) as error:
            if deadline is None:
                deadline = loop.time() + _TURNOVER_SECONDS
            if not _was_not_taken(error) or loop.time() > deadline:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)


def _was_not_taken(error: RPCError | WorkflowUpdateFailedError) -> bool:
    if isinstance(error, WorkflowUpdateFailedError):
        # A task of ours ends only behind its answers: that run was reset or terminated.
        return isinstance(error.cause, ApplicationError) and error.cause.type == "AcceptedUpdateCompletedWorkflow"
    if error.status in (RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.ABORTED):
        return True
    # A run takes 10,000 signals; the next one takes more.
    if "exceeded workflow execution limit for signal events" in error.message:
        return True
    # What follows is started anew, or says that the task has ended.
    return error.status == RPCStatusCode.NOT_FOUND and "aborted by closing workflow" in error.message


def explained(task: str) -> contextlib.AbstractContextManager[None]:
    """Turns what Temporal's client raises about a task into an :class:`AsoError`; anything else passes."""
    return explained_of(f"task {task}")


@contextlib.contextmanager
def explained_of(who: str) -> Iterator[None]:
    """Turns what Temporal's client raises into an :class:`AsoError`; anything else passes."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise RequestRefusedError(f"{who} refuses: {error.cause}") from error
    except (WorkflowUpdateRPCTimeoutOrCancelledError, asyncio.TimeoutError) as error:
        raise NoAnswerError(f"{who} {_NO_WORKER}") from error
    except (WorkflowQueryRejectedError, WorkflowQueryFailedError) as error:
        raise RequestRefusedError(f"{who} refuses: {error}") from error
    except RPCError as error:
        raise _explain(error, who) from error


def _explain(error: RPCError, who: str) -> Exception:
    status, message = error.status, error.message
    if status == RPCStatusCode.NOT_FOUND:
        if message.startswith("Namespace "):
            return TemporalUnreachableError(f"{message} aso setup namespace creates it")
        if "already completed" in message:
            return TaskEndedError(f"{who} has ended")
        return TaskNotFoundError(f"there is no {who}")
    if status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
        return NoAnswerError(f"{who} {_NO_WORKER}")
    if status == RPCStatusCode.FAILED_PRECONDITION:  # queries of a task that no worker has taken up yet
        return NoAnswerError(f"{who}: {message}")
    if status == RPCStatusCode.INVALID_ARGUMENT:
        return RequestRefusedError(f"{who}: {message}")
    if status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED):
        return TemporalUnreachableError(f"Temporal does not let us in: {message}")
    return TemporalUnreachableError(f"Temporal does not answer: {message}")
