"""What the service answers. Fields that a newer service adds are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .records import JobRef


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file."""

    key: str
    id: str
    """CRAB's id of the file."""
    destination_lfn: str
    transfer: str
    """``DONE``, ``FAILED``, ``KILLED`` or ``REJECTED``."""
    publication: str
    """``NOT_REQUIRED``, ``DONE`` or ``FAILED``."""
    code: int | None
    """CRAB's exit code of the failure that ended the transfer; ``None`` where there is none."""
    reasons: tuple[str, ...]
    """Why attempts failed, oldest first, also where the last one succeeded; for ``REJECTED`` the rule."""
    publication_reason: str | None
    fts_job_ids: tuple[str, ...]


@dataclass(frozen=True)
class JobOutcome:
    """What became of a job output: its files in the order of the report."""

    task: str
    job_id: str
    retry: int
    files: tuple[FileOutcome, ...]

    @property
    def job(self) -> JobRef:
        """The job that it is of."""
        return JobRef(self.task, self.job_id, self.retry)

    @property
    def is_done(self) -> bool:
        """All files are at their destination; publication aside."""
        return all(file.transfer == "DONE" for file in self.files)

    @property
    def failed_files(self) -> tuple[FileOutcome, ...]:
        """Files that are not at their destination and will not be, unless they are tried again."""
        return tuple(file for file in self.files if file.transfer != "DONE")


@dataclass(frozen=True)
class Rejection:
    """A file that was not taken."""

    job_id: str
    id: str
    rule: str


@dataclass(frozen=True)
class AddFilesAnswer:
    """What became of a report, counted in files."""

    accepted: int
    """Taken, new to the task."""
    known: int
    """Known already: nothing changed."""
    superseding: int
    """Taken in place of an earlier generation of the same file."""
    rejected: tuple[Rejection, ...]

    def plus(self, other: AddFilesAnswer) -> AddFilesAnswer:
        """Both answers as one."""
        return AddFilesAnswer(
            self.accepted + other.accepted,
            self.known + other.known,
            self.superseding + other.superseding,
            self.rejected + other.rejected,
        )


@dataclass(frozen=True)
class Ignored:
    """Files that a request did nothing about, and why."""

    reason: str
    files: int


@dataclass(frozen=True)
class SelectionAnswer:
    """What a request did."""

    files: int
    """Acted on."""
    ignored: tuple[Ignored, ...]


@dataclass(frozen=True)
class JobCounts:
    """Jobs of a task, and those all of whose files are final."""

    total: int
    complete: int


@dataclass(frozen=True)
class Volume:
    """Bytes of files that are not final, DONE, and FAILED or KILLED."""

    open: int
    done: int
    failed: int


@dataclass(frozen=True)
class LinkStatus:
    """Files between two sites."""

    source: str
    destination: str
    files: int
    bytes: Volume
    transfer: Mapping[str, int]
    failures: Mapping[str, int]
    """Files that failed, or wait for another attempt, by class."""
    last_change_at: float
    """When something last happened to one of them, epoch milliseconds; 0 for not yet."""


@dataclass(frozen=True)
class HeldFiles:
    """Files between two sites that are held, for a reason."""

    source: str
    destination: str
    reason: str
    files: int


@dataclass(frozen=True)
class DatasetStatus:
    """Files of an output dataset."""

    dataset: str
    files: int
    publication: Mapping[str, int]


@dataclass(frozen=True)
class Failures:
    """Files that failed, or wait for another attempt, for one kind of reason."""

    class_: str
    files: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class RuleCount:
    """Files that were rejected by a rule."""

    rule: str
    files: int


@dataclass(frozen=True)
class IncompleteJob:
    """A job with so many files that are not there, or not published since others are not."""

    job_id: str
    retry: int
    files: int


@dataclass(frozen=True)
class IncompleteJobs:
    """How many jobs, their files, and the first 10 of them."""

    jobs: int
    files: int
    examples: tuple[IncompleteJob, ...]


@dataclass(frozen=True)
class Batches:
    """A task's batches, and the files that wait for one."""

    started: int
    open: int
    active: int
    waiting: int
    in_window: int


@dataclass(frozen=True)
class TaskStatus:
    """Where a task stands."""

    task: str
    user: str
    closed: bool
    """No more job outputs are to come."""
    paused: bool
    priority: int | None
    """In FTS, asked for this task; ``None`` where it goes by its user's, or as configured."""
    complete: bool
    """Closed, and every file final."""
    opened_at: float
    """When the task was opened, epoch milliseconds."""
    last_change_at: float
    """When something last happened to one of its files, epoch milliseconds."""
    files: int
    jobs: JobCounts
    transfer: Mapping[str, int]
    """Files by transfer state."""
    publication: Mapping[str, int]
    """Files by publication state."""
    links: tuple[LinkStatus, ...]
    datasets: tuple[DatasetStatus, ...]
    failures: tuple[Failures, ...]
    rejections: tuple[RuleCount, ...]
    held: tuple[HeldFiles, ...]
    """What HELD files wait for."""
    unreported: IncompleteJobs
    """Files that their jobs announced and nobody has reported."""
    held_back: IncompleteJobs
    """Files that are not published since others of their jobs failed or never came."""
    batches: Batches
    waits_for: tuple[str, ...]
    """What the task as a whole waits for, in words."""
