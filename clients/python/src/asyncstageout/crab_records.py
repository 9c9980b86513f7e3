"""CRAB's own records, ``task_process/transfers.txt``: what PostJob puts to ``fileusertransfers``, and a little more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ._crab_fields import read_fields
from ._lfn import owner_of_task
from .errors import InvalidRecordsError, RecordFault
from .records import FileRecord, JobOutput, JobRef
from .rules import record_faults


class CrabRecord(NamedTuple):
    """A record that is good: what it is of, and what it says."""

    job: JobRef
    file: FileRecord
    group: str
    role: str


def read_crab_record(value: object) -> CrabRecord:
    """Reads one of CRAB's records. Fields that the service does not know are CRAB's own business.

    :raises InvalidRecordsError: with every rule that the record breaks, and CRAB's names of the fields
    """
    if not isinstance(value, Mapping):
        raise InvalidRecordsError([RecordFault("", "object")])
    fields, faults = read_fields(value)
    if faults:
        raise InvalidRecordsError(faults)
    file = _to_file(fields)
    task, username = fields["taskname"], fields["username"]
    if owner_of_task(task) not in (None, username):
        faults.append(RecordFault("username", "owner"))
    faults += [RecordFault(_CRAB_FIELD.get(field, field), rule) for field, rule in record_faults(file, task)]
    if faults:
        raise InvalidRecordsError(faults)
    job = JobRef(task, fields["job_id"], fields["job_retry_count"])
    return CrabRecord(job, file, fields["group"], fields["role"])


def job_outputs(records: Iterable[Mapping[str, Any]]) -> list[JobOutput]:
    """Checks CRAB's records and gathers them by job output, in the order in which the jobs appear.

    A file that appears again with another ``start_time`` was reported anew: the newest counts. Nothing is skipped: whoever wants
    the good records of a file with bad ones reads them with :func:`read_crab_record` one by one.

    :raises InvalidRecordsError: with every rule that any of them breaks
    """
    faults: list[RecordFault] = []
    gathered: dict[JobRef, _Gathering] = {}
    voms: dict[str, tuple[str, str]] = {}
    for index, value in enumerate(records):
        try:
            record = read_crab_record(value)
        except InvalidRecordsError as error:
            faults += [RecordFault(fault.field, fault.rule, index) for fault in error.faults]
            continue
        first = voms.setdefault(record.job.task, (record.group, record.role))
        if first != (record.group, record.role):
            faults.append(RecordFault("group" if first[0] != record.group else "role", "voms-differs", index))
            continue
        fault = gathered.setdefault(record.job, _Gathering({}, {})).take(record.file)
        if fault:
            faults.append(RecordFault(*fault, index))
    if faults:
        raise InvalidRecordsError(faults)
    return [
        JobOutput(job, tuple(of_job.files.values()), len(of_job.files), *voms[job.task])
        for job, of_job in gathered.items()
    ]


def job_output(records: Iterable[Mapping[str, Any]]) -> JobOutput:
    """As :func:`job_outputs`, of records that are all of one job.

    :raises InvalidRecordsError: with every rule that any of them breaks
    :raises ValueError: where they are of several jobs, or there are none
    """
    outputs = job_outputs(records)
    if len(outputs) != 1:
        raise ValueError(f"records of one job are wanted, these are of {len(outputs)}")
    return outputs[0]


@dataclass
class _Gathering:
    """A job output while its records are gathered."""

    files: dict[str, FileRecord]
    destinations: dict[tuple[str, str], str]

    def take(self, file: FileRecord) -> tuple[str, str] | None:
        """Adds a file; answers field and rule of what forbids it."""
        known = self.files.get(file.id)
        if known and known.start_time == file.start_time:
            return "id", "duplicate-id"
        destination = (file.destination, file.destination_lfn)
        if self.destinations.get(destination, file.id) != file.id:
            return "destination_lfn", "duplicate-destination"
        if not known or known.start_time < file.start_time:
            self.files[file.id] = file
            self.destinations[destination] = file.id
        return None


_CRAB_FIELD = {
    "task": "taskname",
    "startTime": "start_time",
    "sourceLfn": "source_lfn",
    "destinationLfn": "destination_lfn",
    "size": "filesize",
    "adler32": "checksums.adler32",
    "dataset": "outputdataset",
}


def _to_file(fields: Mapping[str, Any]) -> FileRecord:
    kind: Literal["output", "log"] = fields["type"]
    dataset: str | None = fields["outputdataset"]
    # CRAB gives logs and files without a dataset of their own a made-up one.
    has_dataset = kind == "output" and dataset and not dataset.startswith("/FakeDataset/")
    return FileRecord(
        id=fields["id"],
        type=kind,
        source=fields["source"],
        source_lfn=fields["source_lfn"],
        destination=fields["destination"],
        destination_lfn=fields["destination_lfn"],
        size=fields["filesize"],
        adler32=_to_checksum(fields["checksums"], kind),
        dataset=dataset if has_dataset else None,
        publish=fields["publish"],
        start_time=fields["start_time"],
        already_there=fields["transfer_state"] == "DONE",
    )


def _to_checksum(adler32: str | None, kind: str) -> str | None:
    """A sum in 8 digits: CRAB's may lack leading zeros, and for a log it writes ``abc``."""
    if kind == "log":
        return adler32.lower() if adler32 and re.fullmatch("[0-9a-fA-F]{8}", adler32) else None
    if adler32 is None or adler32 == "abc" or not re.fullmatch("[0-9a-fA-F]{1,8}", adler32):
        return adler32
    return adler32.rjust(8, "0").lower()
