"""What this package raises. All of it is an :class:`AsoError`; each says whether it helps to call again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ._names import NAMES


class AsoError(Exception):
    """Anything that went wrong. Every call of this package may be repeated after any of these: nothing is done twice."""


@dataclass(frozen=True)
class RecordFault:
    """A rule that a record breaks."""

    field: str
    """Name of the field, as whoever wrote the record calls it; empty for the record as a whole."""
    rule: str
    """Name of the rule, one of those in ``names.json``."""
    record: int | None = None
    """Which of the records, counted from 0; ``None`` where it is about the job as a whole."""

    def __str__(self) -> str:
        where = "" if self.record is None else f"record {self.record}: "
        return f"{where}{self.field or 'record'}: {self.rule}: {NAMES['rules'][self.rule]}"


class InvalidRecordsError(AsoError, ValueError):
    """Records break rules; nothing was sent. Calling again with the same records cannot help."""

    def __init__(self, faults: Sequence[RecordFault]) -> None:
        """Names all faults, the likeliest cause first."""
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class TemporalUnreachableError(AsoError, ConnectionError):
    """Temporal does not answer, or does not let us in. Call again later."""


class NoAnswerError(AsoError, TimeoutError):
    """The task did not answer in time, most likely because no worker runs. Call again later."""


class NoOutcomeYetError(AsoError, TimeoutError):
    """The job's outcome is not known yet, and the time that was given for it is up. Call again to go on waiting."""


class TaskNotFoundError(AsoError, LookupError):
    """There is no such task. Calling again helps only once somebody has reported a job of it."""


class TaskEndedError(TaskNotFoundError):
    """The task has ended: all its files are final. It takes reports of job outputs, and nothing else."""


class RequestRefusedError(AsoError):
    """The task refuses the message. Calling again cannot help."""


class JobNotFoundError(AsoError, LookupError):
    """Nothing waits for that job output, or nothing of it was reported; or Temporal has forgotten it. Start it again to get its outcome."""


class JobFailedError(AsoError):
    """What waited for the job output ended without an outcome, e.g. terminated by an operator. Start it again to get its outcome."""


class PayloadKeyError(AsoError):
    """The keys cannot be read, or a payload cannot be with them. The message names ids of keys, never a key."""
