"""CRAB's own records, ``task_process/transfers.txt``: what PostJob puts to ``fileusertransfers``, and a little more."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ._lfn import owner_of_task
from .errors import InvalidRecordsError, RecordFault
from .records import FileRecord, JobOutput, JobRef
from .rules import is_count, is_job_id, is_voms_name, record_faults


class CrabRecord(NamedTuple):
    """A record that is good: what it is of, and what it says."""

    job: JobRef
    file: FileRecord
    group: str
    role: str


class _Broken(Exception):
    """The field breaks this rule."""


def read_crab_record(value: object) -> CrabRecord:
    """Reads one of CRAB's records. Fields that the service does not know are CRAB's own business.

    :raises InvalidRecordsError: with every rule that the record breaks, and CRAB's names of the fields
    """
    if not isinstance(value, Mapping):
        raise InvalidRecordsError([RecordFault("", "object")])
    fields, faults = _read_fields(value)
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


def _read_fields(record: Mapping[Any, Any]) -> tuple[dict[str, Any], list[RecordFault]]:
    fields: dict[str, Any] = {}
    faults: list[RecordFault] = []
    for name, (read, required) in _FIELDS.items():
        try:
            if name not in record and required:
                raise _Broken("required")
            fields[name] = read(record.get(name))
        except _Broken as broken:
            where = f"{name}.adler32" if str(broken) == "adler32" else name
            faults.append(RecordFault(where, str(broken)))
    return fields, faults


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Broken("text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: float) -> float:
    """1.0 and 1 are the same number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(value: Any) -> float:
    """CRAB writes numbers; what has gone through its database and forms may be digits in a text."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value):
        return int(value)
    if not _is_number(value):
        raise _Broken("number")
    return _whole(value)


def _retry_count(value: object) -> float:
    count = _number(value)
    if not is_count(count):
        raise _Broken("retry-count")
    return count


def _job_id(value: Any) -> str:
    text = value if isinstance(value, str) else str(_whole(value)) if _is_number(value) else ""
    if not is_job_id(text):
        raise _Broken("job-id")
    return text


def _voms_name(value: object) -> str:
    """CRAB writes ``NULL``, or nothing, for plain membership."""
    if value is None:
        return ""
    if not isinstance(value, str) or not is_voms_name(value):
        raise _Broken("voms")
    return "" if value.lower() in ("null", "none") else value


def _flag(value: object) -> bool:
    if value in (0, 1):
        return bool(value)
    if value in ("0", "1"):
        return value == "1"
    raise _Broken("flag")


def _checksums(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _Broken("object")
    adler32 = value.get("adler32")
    if adler32 is not None and not isinstance(adler32, str):
        raise _Broken("adler32")
    return adler32


def _one_of(*allowed: str, rule: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise _Broken(rule)

    return read


_FIELDS: dict[str, tuple[Callable[[Any], Any], bool]] = {
    "id": (_text, True),
    "username": (_text, True),
    "group": (_voms_name, False),
    "role": (_voms_name, False),
    "taskname": (_text, True),
    "start_time": (_number, True),
    "destination": (_text, True),
    "destination_lfn": (_text, True),
    "source": (_text, True),
    "source_lfn": (_text, True),
    "filesize": (_number, True),
    "publish": (_flag, True),
    "transfer_state": (_one_of("NEW", "DONE", rule="transfer-state"), True),
    "publication_state": (_one_of("NEW", "RETRY", "NOT_REQUIRED", rule="publication-state"), True),
    "job_id": (_job_id, True),
    "job_retry_count": (_retry_count, True),
    "type": (_one_of("output", "log", rule="file-type"), True),
    "publishname": (_text_or_none, False),
    "checksums": (_checksums, False),
    "outputdataset": (_text_or_none, False),
}
"""How each field is read, and whether it must be there; in the order in which faults are told."""


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
