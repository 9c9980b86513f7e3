"""What is reported: files of job outputs, as the service takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class FileRecord:
    """One file of a job output."""

    id: str
    """CRAB's id: the SHA-224 of the source LFN, 56 hex digits."""
    type: Literal["output", "log"]
    source: str
    """Site where the job ran, such as ``T2_IT_Pisa``."""
    source_lfn: str
    destination: str
    """Site that the owner wants the file at."""
    destination_lfn: str
    size: int
    """Bytes."""
    adler32: str | None
    """8 hex digits; ``None`` for a log whose sum is not known."""
    dataset: str | None
    """Output dataset ``/primary/processed/TIER``; ``None`` where there is none, as for logs."""
    publish: bool
    """Publication is asked for together with the report."""
    start_time: int
    """When the file was reported first, epoch seconds: part of its identity, so the same when it is reported again."""
    already_there: bool = False
    """The job wrote to the destination itself: nothing is to be copied."""


@dataclass(frozen=True)
class JobRef:
    """Names one run of a job."""

    task: str
    """CRAB task name."""
    job_id: str
    """CRAB's job id, such as ``12`` or ``0-3``."""
    retry: int
    """CRAB's job retry count."""


@dataclass(frozen=True)
class JobOutput:
    """All files of one job output, and whose credential they are moved with."""

    job: JobRef
    files: tuple[FileRecord, ...]
    expected: int
    """How many files the job has in all: the job is complete when so many have been reported."""
    group: str = ""
    """VOMS group of the owner's credential; empty for none. What a task is started with holds for all of it."""
    role: str = ""
    """VOMS role of the owner's credential; empty for none."""

    def unpublished(self) -> JobOutput:
        """The same, with nothing to be published: for outputs of a job that failed."""
        return replace(self, files=tuple(replace(file, publish=False) for file in self.files))
