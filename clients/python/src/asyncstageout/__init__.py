"""Client of AsyncStageOut: reports CRAB's job outputs to be staged out and published, and waits for what becomes of them."""

from ._names import CONTRACT_VERSION, json_schema
from ._operations import OperationAnswer
from ._waiting import JobResult
from .aio import AsyncClient
from .codec import DATA_CONVERTER, data_converter
from .crab_records import CrabRecord, job_output, job_outputs, read_crab_record
from .errors import (
    AsoError,
    InvalidRecordsError,
    JobFailedError,
    JobNotFoundError,
    NoAnswerError,
    NoOutcomeYetError,
    PayloadKeyError,
    RecordFault,
    RequestRefusedError,
    TaskEndedError,
    TaskNotFoundError,
    TemporalUnreachableError,
)
from .outcomes import AddFilesAnswer, FileOutcome, JobOutcome, SelectionAnswer, TaskStatus
from .records import FileRecord, JobOutput, JobRef
from .rules import check_job_output, crab_file_id
from .selection import Selection
from .status import FileStatus, JobStatus, Stage
from .sync import Client

__all__ = [
    "CONTRACT_VERSION",
    "DATA_CONVERTER",
    "AddFilesAnswer",
    "AsoError",
    "AsyncClient",
    "Client",
    "CrabRecord",
    "FileOutcome",
    "FileRecord",
    "FileStatus",
    "InvalidRecordsError",
    "JobFailedError",
    "JobNotFoundError",
    "JobOutcome",
    "JobOutput",
    "JobRef",
    "JobResult",
    "JobStatus",
    "NoAnswerError",
    "NoOutcomeYetError",
    "OperationAnswer",
    "PayloadKeyError",
    "RecordFault",
    "RequestRefusedError",
    "Selection",
    "SelectionAnswer",
    "Stage",
    "TaskEndedError",
    "TaskNotFoundError",
    "TaskStatus",
    "TemporalUnreachableError",
    "check_job_output",
    "crab_file_id",
    "data_converter",
    "job_output",
    "job_outputs",
    "json_schema",
    "read_crab_record",
]
