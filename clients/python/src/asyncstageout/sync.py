"""The client, for programs without asyncio such as PostJob."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ._leaving import call_was_cancelled
from ._operations import OperationAnswer
from ._waiting import JobResult
from .aio import LOOK_EVERY, AsyncClient
from .outcomes import AddFilesAnswer, JobOutcome, SelectionAnswer, TaskStatus
from .records import JobOutput, JobRef
from .selection import Selection
from .status import JobStatus

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class Client:
    """:class:`asyncstageout.AsyncClient` with calls that block: each does, returns and raises the same.

    May be used by many threads at once. It has a thread of its own, so it is made after a fork, not before::

        with asyncstageout.Client() as aso:
            outcome = aso.run_job(asyncstageout.job_output(records))
    """

    def __init__(self, **options: Any) -> None:
        """Connects; see :meth:`asyncstageout.AsyncClient.connect`."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asyncstageout", daemon=True)
        self._thread.start()
        try:
            self._aio = self._run(AsyncClient.connect(**options))
        except BaseException:
            self.disconnect()
            raise

    def __enter__(self) -> Client:
        """Lets go of the connection at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lets go of the connection."""
        self.disconnect()

    def disconnect(self) -> None:
        """Lets go of the connection; calls of other threads that wait raise ``concurrent.futures.CancelledError``."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start_job(self, output: JobOutput, *, failed: bool = False) -> JobRef:
        """See :meth:`asyncstageout.AsyncClient.start_job`."""
        return self._run(self._aio.start_job(output, failed=failed))

    def job_outcome(self, job: JobRef, timeout: float | None = None) -> JobOutcome:
        """See :meth:`asyncstageout.AsyncClient.job_outcome`."""
        return self._run(self._aio.job_outcome(job, timeout))

    def job_outcome_now(self, job: JobRef) -> JobOutcome | None:
        """See :meth:`asyncstageout.AsyncClient.job_outcome_now`."""
        return self._run(self._aio.job_outcome_now(job))

    def run_job(self, output: JobOutput, timeout: float | None = None, *, failed: bool = False) -> JobOutcome:
        """See :meth:`asyncstageout.AsyncClient.run_job`."""
        return self._run(self._aio.run_job(output, timeout, failed=failed))

    def job_outcomes(self, jobs: Iterable[JobRef], *, every: float = LOOK_EVERY) -> Iterator[JobResult]:
        """See :meth:`asyncstageout.AsyncClient.job_outcomes`."""
        results = self._aio.job_outcomes(jobs, every=every)
        while result := self._run(_next(results)):
            yield result

    def report_job(self, output: JobOutput, *, failed: bool = False) -> None:
        """See :meth:`asyncstageout.AsyncClient.report_job`."""
        self._run(self._aio.report_job(output, failed=failed))

    def add_files(self, outputs: Iterable[JobOutput]) -> AddFilesAnswer:
        """See :meth:`asyncstageout.AsyncClient.add_files`."""
        return self._run(self._aio.add_files(outputs))

    def publish(self, task: str, *, now: bool = False, **selection: Unpack[Selection]) -> SelectionAnswer:
        """See :meth:`asyncstageout.AsyncClient.publish`."""
        return self._run(self._aio.publish(task, now=now, **selection))

    def cancel(self, task: str, *, reason: str, by: str, **selection: Unpack[Selection]) -> SelectionAnswer:
        """See :meth:`asyncstageout.AsyncClient.cancel`."""
        return self._run(self._aio.cancel(task, reason=reason, by=by, **selection))

    def retry(
        self,
        task: str,
        *,
        what: Literal["transfer", "publication"] | None = None,
        **selection: Unpack[Selection],
    ) -> SelectionAnswer:
        """See :meth:`asyncstageout.AsyncClient.retry`."""
        return self._run(self._aio.retry(task, what=what, **selection))

    def set_priority(self, task: str, priority: int) -> SelectionAnswer:
        """See :meth:`asyncstageout.AsyncClient.set_priority`."""
        return self._run(self._aio.set_priority(task, priority))

    def close(self, task: str) -> None:
        """See :meth:`asyncstageout.AsyncClient.close`."""
        self._run(self._aio.close(task))

    def pause(self, task: str) -> None:
        """See :meth:`asyncstageout.AsyncClient.pause`."""
        self._run(self._aio.pause(task))

    def resume(self, task: str) -> None:
        """See :meth:`asyncstageout.AsyncClient.resume`."""
        self._run(self._aio.resume(task))

    def status(self, task: str) -> TaskStatus:
        """See :meth:`asyncstageout.AsyncClient.status`."""
        return self._run(self._aio.status(task))

    def job_status(self, task: str, job_id: str) -> JobStatus:
        """See :meth:`asyncstageout.AsyncClient.job_status`."""
        return self._run(self._aio.job_status(task, job_id))

    def operate(self, name: str, *, reason: str, by: str, **request: Any) -> OperationAnswer:
        """See :meth:`asyncstageout.AsyncClient.operate`."""
        return self._run(self._aio.operate(name, reason=reason, by=by, **request))

    def operator_rules(self) -> dict[str, Any] | None:
        """See :meth:`asyncstageout.AsyncClient.operator_rules`."""
        return self._run(self._aio.operator_rules())

    def operations_journal(self) -> list[dict[str, Any]]:
        """See :meth:`asyncstageout.AsyncClient.operations_journal`."""
        return self._run(self._aio.operations_journal())

    def _run(self, call: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return future.result()
        except BaseException:
            # An interrupt of this thread ends the call, too; of one that has ended it does nothing.
            if future.cancel():
                call_was_cancelled()
            raise


async def _next(results: Any) -> JobResult | None:
    result: JobResult | None = await anext(results, None)
    return result


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
        call_was_cancelled()
    await asyncio.gather(*others, return_exceptions=True)
