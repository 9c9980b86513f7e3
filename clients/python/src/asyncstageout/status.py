"""Where a job output stands, file by file. Fields that a newer service adds are passed over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """Where a file stands in one of its two stages, transfer or publication."""

    state: str
    reason: str | None
    """What went wrong, or who stopped it, in words; while it is tried again: what went wrong last."""
    said: str | None
    """The same as FTS, storage, DBS or CRAB said it."""
    waits_for: str | None
    """What it waits for, in words; ``None`` where nothing more happens by itself."""
    attempts: int
    """How often it was tried: FTS jobs for a transfer; looks for its metadata, or at DBS, for a publication."""
    next_try: float | None
    """When something is tried next, epoch milliseconds; ``None`` where that depends on others."""


@dataclass(frozen=True)
class FileStatus:
    """Where one file stands. What only its record says is ``None`` where Temporal does not keep that any more, or it was rejected."""

    key: str
    retry: int
    id: str | None
    """CRAB's id of the file."""
    type: str
    source: str | None
    destination: str | None
    destination_lfn: str | None
    dataset: str | None
    transfer: Stage
    publication: Stage
    failure: str | None
    """Class of the last failure; ``None`` where the file is ``DONE``, or none was."""
    code: int | None
    """CRAB's exit code for it, if it ends the file."""
    fts_job_ids: tuple[str, ...]
    """FTS jobs that it was in, oldest first."""


@dataclass(frozen=True)
class JobStatus:
    """Where a job output stands."""

    task: str
    job_id: str
    retry: int
    """The newest retry reported."""
    expected: int
    """Files announced for it."""
    unreported: int
    """Those of them that nobody has reported."""
    waits_for: tuple[str, ...]
    """What the task as a whole waits for, in words."""
    files: tuple[FileStatus, ...]
