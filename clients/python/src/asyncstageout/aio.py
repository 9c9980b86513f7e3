"""The client, for asyncio."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from temporalio.client import Client as TemporalClient
from temporalio.envconfig import ClientConfig

from ._calls import SIGNAL_SECONDS, across_turnover, answer_of, answer_of_start
from ._chunks import chunk_reports
from ._job_status import job_status
from ._leaving import call_was_cancelled
from ._names import NAMES
from ._operations import OperationAnswer, ask_operations, operate
from ._reporting import add_files, signal_files
from ._start import job_output_id, stage_out_id, start_options
from ._waiting import JobResult, outcome_now, wait_for_job, wait_for_jobs
from ._wire import from_wire, report_of, voms_of
from .codec import data_converter
from .errors import NoOutcomeYetError, TaskEndedError, TemporalUnreachableError
from .outcomes import AddFilesAnswer, JobOutcome, SelectionAnswer, TaskStatus
from .records import JobOutput, JobRef
from .rules import check_job_output
from .selection import Selection, wire_selection
from .status import JobStatus

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")

LOOK_EVERY = 15.0
"""Seconds between two looks at many jobs that are waited for."""

_CONNECT_SECONDS = 10.0
_JOB_OUTPUT = NAMES["workflows"]["jobOutput"]
_MESSAGES = NAMES["messages"]


class AsyncClient:
    """Reports job outputs to AsyncStageOut, waits for what becomes of them, and asks tasks for things.

    Every call may be repeated, whatever it raised and whether or not it arrived: a file is known by its id, retry and start time, and
    nothing is copied, published or cancelled twice. A process that died may do all that it did once more.
    """

    def __init__(self, temporal: TemporalClient) -> None:
        """Uses a Temporal client that was made with :func:`asyncstageout.data_converter`."""
        self.temporal = temporal

    @classmethod
    async def connect(cls, **options: Any) -> AsyncClient:
        """Connects as Temporal's own configuration says: ``TEMPORAL_ADDRESS``, ``TEMPORAL_NAMESPACE``, ``TEMPORAL_TLS_…``, a profile.

        :param options: in place of those, as of ``temporalio.client.Client.connect``
        :raises TemporalUnreachableError: where nobody answers within 10 s
        """
        config: dict[str, Any] = {
            "target_host": "localhost:7233",
            **ClientConfig.load_client_connect_config(),
            **options,
        }
        connecting = TemporalClient.connect(**{"data_converter": data_converter(), **config})
        try:
            return cls(await asyncio.wait_for(connecting, _CONNECT_SECONDS))
        except (RuntimeError, OSError, asyncio.TimeoutError) as error:
            where = f"{config['target_host']} (namespace {config.get('namespace', 'default')})"
            raise TemporalUnreachableError(f"cannot reach Temporal at {where}: {error or 'no answer'}") from error

    async def start_job(self, output: JobOutput, *, failed: bool = False) -> JobRef:
        """Reports all files of a job output in one call, so that its outcome can be waited for.

        The same again joins the wait, or, where that has ended, asks anew; a higher retry supersedes. Whoever comes back from time to
        time instead of waiting calls :meth:`job_outcome_now` first, and this only where nothing waits.

        :param failed: the job failed: its files are brought to their destination, never published, whatever the records say
        :returns: what to wait for; it may as well be put together anew from task, job id and retry
        :raises InvalidRecordsError: before anything is sent
        :raises TemporalUnreachableError:
        """
        output = _checked(output, failed)
        task = output.job.task
        argument = {"task": task, "report": report_of(output), **voms_of(output)}
        options = start_options(job_output_id(output.job), task)
        start = partial(self.temporal.start_workflow, _JOB_OUTPUT, argument, **options)
        await answer_of_start(task, start, SIGNAL_SECONDS)
        return output.job

    async def job_outcome(self, job: JobRef, timeout: float | None = None) -> JobOutcome:
        """Waits for the outcome of a job output that was started: every file final, its publication too where it was asked for.

        :param timeout: seconds; for as long as it takes where there is none
        :raises NoOutcomeYetError: after ``timeout``; the files go on, ask again
        :raises JobNotFoundError: it was never started, or so long ago that Temporal has forgotten it
        :raises JobFailedError: somebody terminated the wait
        :raises TemporalUnreachableError:
        """
        try:
            return await asyncio.wait_for(wait_for_job(self.temporal, job), timeout)
        except asyncio.TimeoutError as error:
            call_was_cancelled()
            raise NoOutcomeYetError(f"job {job.job_id} of task {job.task} has no outcome after {timeout} s") from error

    async def job_outcome_now(self, job: JobRef) -> JobOutcome | None:
        """The outcome, or ``None`` where it is not known yet: for callers that come back later. Raises as :meth:`job_outcome`."""
        return await outcome_now(self.temporal, job)

    async def run_job(self, output: JobOutput, timeout: float | None = None, *, failed: bool = False) -> JobOutcome:
        """Starts a job and waits for its outcome. Raises as :meth:`start_job` and :meth:`job_outcome`."""
        return await self.job_outcome(await self.start_job(output, failed=failed), timeout)

    def job_outcomes(self, jobs: Iterable[JobRef], *, every: float = LOOK_EVERY) -> AsyncIterator[JobResult]:
        """Waits for many jobs by one call, and yields what became of each when it is known, in any order.

        Temporal is asked for all jobs together, once in ``every`` seconds: a request for each 50 tasks, or each 1,000 jobs. A job whose wait failed is yielded with its error; the others go on.

        :raises TemporalUnreachableError: call again with the jobs that are missing
        """
        return wait_for_jobs(self.temporal, jobs, every)

    async def report_job(self, output: JobOutput, *, failed: bool = False) -> None:
        """Reports a job output whose outcome nobody waits for: a signal, for which no worker need be running.

        :raises InvalidRecordsError: before anything is sent
        :raises TemporalUnreachableError:
        """
        output = _checked(output, failed)
        task = output.job.task
        argument = {"task": task, **voms_of(output)}
        for jobs in chunk_reports([report_of(output)]):
            send = partial(across_turnover, partial(signal_files, self.temporal, argument, jobs))
            await answer_of_start(task, send, SIGNAL_SECONDS)

    async def add_files(self, outputs: Iterable[JobOutput]) -> AddFilesAnswer:
        """Reports many job outputs of one task, in messages of at most 256 KiB one after the other, and answers what the task did.

        What was answered is kept for good; where it raises, call again with all of them.

        :raises InvalidRecordsError: before anything is sent
        :raises NoAnswerError: no worker
        :raises TemporalUnreachableError, RequestRefusedError:
        :raises ValueError: where they are of several tasks, or of several groups or roles
        """
        checked = [_checked(output, False) for output in outputs]
        starts = {(output.job.task, output.group, output.role) for output in checked}
        if len(starts) != 1:
            raise ValueError("job outputs of one task, with one group and role, are wanted")
        task = checked[0].job.task
        argument = {"task": task, **voms_of(checked[0])}
        total = AddFilesAnswer(0, 0, 0, ())
        for jobs in chunk_reports(report_of(output) for output in checked):
            send = partial(across_turnover, partial(add_files, self.temporal, argument, jobs))
            answer = await answer_of_start(task, send)
            total = total.plus(answer)
        return total

    async def publish(self, task: str, *, now: bool = False, **selection: Unpack[Selection]) -> SelectionAnswer:
        """Asks for the publication of files that were reported with ``publish: 0``; all of them without a selection.

        :param now: ask for nothing new: what waits for a block to fill leaves at once, with all that waits for the same dataset
        :raises TaskNotFoundError, NoAnswerError, RequestRefusedError, TemporalUnreachableError:
        """
        request = {**wire_selection(selection), **({"now": True} if now else {})}
        return await self._ask(SelectionAnswer, task, "publish", request)

    async def cancel(self, task: str, *, reason: str, by: str, **selection: Unpack[Selection]) -> SelectionAnswer:
        """Cancels files, down to FTS; all of the task without a selection. What has arrived by then stays ``DONE``.

        :param by: who asks
        :raises TaskEndedError: there is nothing left to cancel
        :raises TaskNotFoundError, NoAnswerError, RequestRefusedError, TemporalUnreachableError:
        """
        request = {**wire_selection(selection), "reason": reason, "by": by}
        return await self._ask(SelectionAnswer, task, "cancel", request)

    async def retry(
        self,
        task: str,
        *,
        what: Literal["transfer", "publication"] | None = None,
        **selection: Unpack[Selection],
    ) -> SelectionAnswer:
        """Has files tried again that ``FAILED``, or their publications; both unless ``what`` says one. Raises as :meth:`publish`."""
        request = {**wire_selection(selection), **({"what": what} if what else {})}
        return await self._ask(SelectionAnswer, task, "retry", request)

    async def set_priority(self, task: str, priority: int) -> SelectionAnswer:
        """Gives the transfers of a task that are not final another priority in FTS, 1 to 5: those that FTS has, and those to come.

        5 goes first. Raises as :meth:`publish`; :class:`RequestRefusedError` for any other number.
        """
        return await self._ask(SelectionAnswer, task, "priority", {"priority": priority})

    async def close(self, task: str) -> None:
        """Says that no more job outputs come: the task ends when all its files are final. One that has ended stays so.

        :raises TaskNotFoundError, NoAnswerError, TemporalUnreachableError:
        """
        with contextlib.suppress(TaskEndedError):
            await self._ask(type(None), task, "close", None)

    async def pause(self, task: str) -> None:
        """Holds back everything of the task that is not in FTS yet. Raises as :meth:`publish`."""
        await self._ask(type(None), task, "pause", None)

    async def resume(self, task: str) -> None:
        """Goes on after a pause. Raises as :meth:`publish`."""
        await self._ask(type(None), task, "resume", None)

    async def status(self, task: str) -> TaskStatus:
        """Where a task stands; also of one that has ended, as long as Temporal keeps it.

        :raises TaskNotFoundError, NoAnswerError, TemporalUnreachableError:
        """
        handle = self.temporal.get_workflow_handle(stage_out_id(task))
        return from_wire(TaskStatus, await answer_of(task, lambda: handle.query(NAMES["queries"]["status"])))

    async def job_status(self, task: str, job_id: str) -> JobStatus:
        """Where a job output stands, both stages of each file: state, reason, attempts, next try and what it waits for.

        Nothing is written for it; of a task that has ended it is told as long as Temporal keeps it.

        :raises JobNotFoundError: nothing of the job was reported
        :raises TaskNotFoundError, NoAnswerError, TemporalUnreachableError:
        """
        return await job_status(self.temporal, task, job_id)

    async def operate(self, name: str, *, reason: str, by: str, **request: Any) -> OperationAnswer:
        """Changes a rule of the operators: closes a site, blocks a user and so on; ``docs/operator-rules.md`` names requests and fields.

        ::

            await aso.operate("closeSite", site="T2_IT_Pisa", until="2h", reason="downtime", by="bob")

        :raises RequestRefusedError: naming field and rule
        :raises NoAnswerError, TemporalUnreachableError:
        """
        return await operate(self.temporal, name, {**request, "reason": reason, "by": by})

    async def operator_rules(self) -> dict[str, Any] | None:
        """The rules in force, as JSON; ``None`` where nobody has set any. Raises as :meth:`status`."""
        rules: dict[str, Any] | None = await ask_operations(self.temporal, "rules")
        return rules

    async def operations_journal(self) -> list[dict[str, Any]]:
        """Who changed which rule, when and why, the oldest first; the last 300. Raises as :meth:`status`."""
        entries: list[dict[str, Any]] | None = await ask_operations(self.temporal, "journal")
        return entries or []

    async def _ask(self, kind: type[T], task: str, message: str, request: object) -> T:
        handle = self.temporal.get_workflow_handle(stage_out_id(task))
        args = [] if request is None else [request]
        answer = await answer_of(
            task, lambda: across_turnover(lambda: handle.execute_update(_MESSAGES[message], args=args))
        )
        return from_wire(kind, answer)


def _checked(output: JobOutput, failed: bool) -> JobOutput:
    check_job_output(output)
    return output.unpublished() if failed else output
