"""What every record must keep to. The service checks the same; here it is checked before anything is sent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from ._lfn import destination_area, is_in_temporary_area, owner_of_task
from ._names import NAMES
from .errors import InvalidRecordsError, RecordFault
from .records import FileRecord, JobOutput

_LFN_MAX = 500
_SITE_NAME_MAX = 100
_JOB_ID_MAX = 20
_MAX_INTEGER = 2**53 - 1
"""The largest that JSON carries safely."""

_SITE_NAME = re.compile(r"T[0-3]_[A-Z]{2}(?:_[A-Za-z0-9]+)+")
_DATASET_NAME = re.compile(r"/[a-zA-Z0-9\-_]{1,99}/[a-zA-Z0-9.\-_]{1,199}/[A-Z-]{1,50}")
_LFN = re.compile(r"(?:/[A-Za-z0-9._+=~,:@-]+)+")
_CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f]")
_VOMS_NAME = re.compile("|[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


def crab_file_id(source_lfn: str) -> str:
    """CRAB's id of a transfer: the SHA-224 of the source LFN."""
    return hashlib.sha224(source_lfn.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()).hexdigest()


def is_job_id(value: str) -> bool:
    """``12``, or ``0-3`` for a job of an automatic splitting."""
    return len(value) <= _JOB_ID_MAX and re.fullmatch("[0-9]+(-[0-9]+)?", value) is not None


def is_voms_name(value: str) -> bool:
    """The name of a VOMS group or role, or nothing."""
    return _VOMS_NAME.fullmatch(value) is not None


def is_count(value: float) -> bool:
    """A whole number, 0 or more."""
    return isinstance(value, int) and 0 <= value <= _MAX_INTEGER


def record_faults(file: FileRecord, task: str) -> Iterator[tuple[str, str]]:
    """Field and rule of everything that is wrong with a record of the right types, the likeliest cause first."""
    owner = owner_of_task(task)
    if owner is None:
        yield "task", "task-name"
        return
    if file.type not in ("output", "log"):
        yield "type", "file-type"
    for field, site in (("source", file.source), ("destination", file.destination)):
        if len(site) > _SITE_NAME_MAX or not _SITE_NAME.fullmatch(site):
            yield field, "site-name"
    yield from _lfn_faults(file, owner)
    if not is_count(file.size):
        yield "size", "size"
    if not (file.type == "log" if file.adler32 is None else re.fullmatch("[0-9a-fA-F]{8}", file.adler32)):
        yield "adler32", "adler32"
    if file.dataset is not None and not _DATASET_NAME.fullmatch(file.dataset):
        yield "dataset", "dataset-name"
    if file.publish and file.type == "log":
        yield "publish", "publish-log"
    if file.publish and file.type != "log" and file.dataset is None:
        yield "publish", "publish-without-dataset"
    if not is_count(file.start_time) or file.start_time == 0:
        yield "startTime", "start-time"
    if not re.fullmatch("[0-9a-f]{56}", file.id):
        yield "id", "id-format"
    elif file.id != crab_file_id(file.source_lfn):
        yield "id", "id-hash"


def _lfn_faults(file: FileRecord, owner: str) -> Iterator[tuple[str, str]]:
    source_form, destination_form = _form_fault(file.source_lfn), _form_fault(file.destination_lfn)
    if source_form:
        yield "sourceLfn", source_form
    elif not is_in_temporary_area(file.source_lfn, owner) and not (
        file.already_there and destination_area(file.source_lfn, owner) != "elsewhere"
    ):
        yield "sourceLfn", "source-area"
    if destination_form:
        yield "destinationLfn", destination_form
    elif destination_area(file.destination_lfn, owner) == "elsewhere":
        yield "destinationLfn", "destination-area"
    same = file.source == file.destination and file.source_lfn == file.destination_lfn
    if same and not file.already_there:
        yield "destinationLfn", "same-file"


def _form_fault(lfn: str) -> str | None:
    """The rule about how LFNs are written that this one breaks."""
    # The service counts as JavaScript does.
    if len(lfn.encode("utf-16-le", "surrogatepass")) // 2 > _LFN_MAX:
        return "lfn-too-long"
    if _CONTROL_CHARACTER.search(lfn):
        return "control-character"
    if any(part in (".", "..") for part in lfn.split("/")):
        return "dot-segment"
    if "//" in lfn:
        return "double-slash"
    return None if _LFN.fullmatch(lfn) else "lfn-characters"


def check_job_output(output: JobOutput) -> None:
    """Checks everything that can be known before a job output is sent.

    :raises InvalidRecordsError: with the contract's names of the fields
    """
    faults = list(_job_faults(output))
    if faults:
        raise InvalidRecordsError(faults)


def _job_faults(output: JobOutput) -> Iterator[RecordFault]:
    job = output.job
    if owner_of_task(job.task) is None:
        yield RecordFault("task", "task-name")
        return
    if not is_job_id(job.job_id):
        yield RecordFault("jobId", "job-id")
    if not is_count(job.retry) or job.retry > NAMES["limits"]["jobRetry"]:
        yield RecordFault("retry", "retry-count")
    for field, name in (("group", output.group), ("role", output.role)):
        if not is_voms_name(name):
            yield RecordFault(field, "voms")
    if not is_count(output.expected) or output.expected < len(output.files):
        yield RecordFault("expected", "expected-files")
    ids: set[str] = set()
    destinations: set[tuple[str, str]] = set()
    for index, file in enumerate(output.files):
        mistyped = list(_type_faults(file))
        yield from (RecordFault(field, rule, index) for field, rule in mistyped or record_faults(file, job.task))
        destination = (file.destination, file.destination_lfn)
        if file.id in ids:
            yield RecordFault("id", "duplicate-id", index)
        elif destination in destinations:
            yield RecordFault("destinationLfn", "duplicate-destination", index)
        ids.add(file.id)
        destinations.add(destination)


_TEXTS = {
    "id": "id",
    "source": "source",
    "source_lfn": "sourceLfn",
    "destination": "destination",
    "destination_lfn": "destinationLfn",
}


def _type_faults(file: FileRecord) -> Iterator[tuple[str, str]]:
    """Not every caller is type-checked."""
    for name, field in _TEXTS.items():
        if not isinstance(getattr(file, name), str):
            yield field, "text"
    for field, text in (("adler32", file.adler32), ("dataset", file.dataset)):
        if text is not None and not isinstance(text, str):
            yield field, "text"
    for field, number in (("size", file.size), ("startTime", file.start_time)):
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            yield field, "number"
    for field, flag in (("publish", file.publish), ("alreadyThere", file.already_there)):
        if not isinstance(flag, bool):
            yield field, "flag"
