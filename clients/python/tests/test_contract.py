"""Without a server: what this package knows of the contract is what the schemas say."""

from __future__ import annotations

import asyncio
import dataclasses
import gzip
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from temporalio.api.common.v1 import Payload

import asyncstageout
from asyncstageout import FileRecord, JobOutput, JobRef, json_schema, outcomes, status
from asyncstageout._chunks import chunk_reports
from asyncstageout._names import NAMES
from asyncstageout._start import job_output_id
from asyncstageout._wire import from_wire, report_of, to_wire, wire_name
from asyncstageout.codec import CompressionCodec

TASK = "261123_101500:alice_crab_analysis_1"
TEMP = "/store/temp/user/alice.d6830fc3715ee01030105e83b81ff3068df7c8e0/alice"


def record(number: int = 1, **changes: Any) -> FileRecord:
    source_lfn = f"{TEMP}/data/out_{number}.root"
    good = FileRecord(
        id=asyncstageout.crab_file_id(source_lfn),
        type="output",
        source="T2_IT_Pisa",
        source_lfn=source_lfn,
        destination="T2_CH_CERN",
        destination_lfn=f"/store/user/alice/data/out_{number}.root",
        size=1000,
        adler32="0a1b2c3d",
        dataset="/GenericTTbar/alice-tag-94ba0e06145abd65ccb1d21786dc7e1d/USER",
        publish=True,
        start_time=1_795_000_000,
    )
    return dataclasses.replace(good, **changes)


def output(*files: FileRecord, **changes: Any) -> JobOutput:
    return dataclasses.replace(JobOutput(JobRef(TASK, "1", 0), files, len(files)), **changes)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (outcomes.JobOutcome, json_schema("JobOutcome")),
        (outcomes.FileOutcome, json_schema("JobOutcome")["$defs"]["FileOutcome"]),
        (outcomes.AddFilesAnswer, json_schema("AddFilesAnswer")),
        (outcomes.Rejection, json_schema("AddFilesAnswer")["properties"]["rejected"]["items"]),
        (outcomes.SelectionAnswer, json_schema("SelectionAnswer")),
        (outcomes.Ignored, json_schema("SelectionAnswer")["properties"]["ignored"]["items"]),
        (outcomes.TaskStatus, json_schema("TaskStatus")),
        (outcomes.JobCounts, json_schema("TaskStatus")["properties"]["jobs"]),
        (outcomes.Volume, json_schema("TaskStatus")["$defs"]["Volume"]),
        (outcomes.LinkStatus, json_schema("TaskStatus")["properties"]["links"]["items"]),
        (outcomes.HeldFiles, json_schema("TaskStatus")["properties"]["held"]["items"]),
        (outcomes.DatasetStatus, json_schema("TaskStatus")["properties"]["datasets"]["items"]),
        (outcomes.Failures, json_schema("TaskStatus")["properties"]["failures"]["items"]),
        (outcomes.RuleCount, json_schema("TaskStatus")["properties"]["rejections"]["items"]),
        (outcomes.IncompleteJobs, json_schema("TaskStatus")["$defs"]["IncompleteJobs"]),
        (
            outcomes.IncompleteJob,
            json_schema("TaskStatus")["$defs"]["IncompleteJobs"]["properties"]["examples"]["items"],
        ),
        (outcomes.Batches, json_schema("TaskStatus")["properties"]["batches"]),
        (status.JobStatus, json_schema("JobStatus")),
        (status.FileStatus, json_schema("JobStatus")["$defs"]["FileStatus"]),
        (status.Stage, json_schema("JobStatus")["$defs"]["TransferStage"]),
        (status.Stage, json_schema("JobStatus")["$defs"]["PublicationStage"]),
        (FileRecord, json_schema("addFiles")["$defs"]["FileRecord"]),
    ],
)
def test_classes_have_the_fields_of_their_schemas(kind: type, schema: dict[str, Any]) -> None:
    names = {wire_name(field.name) for field in dataclasses.fields(kind)}
    # `crabWorker` is for those who work CRAB's queue, `aso pull`.
    assert names == set(schema["properties"]) - {"crabWorker"} == set(schema["required"])


def test_what_is_sent_is_as_the_schema_says() -> None:
    message = {"jobs": [report_of(output(record(), record(2, type="log", adler32=None, dataset=None, publish=False)))]}
    Draft202012Validator(json_schema("addFiles")).validate(message)


def test_answers_of_a_newer_service_are_understood() -> None:
    answer = {"files": 1, "ignored": [{"reason": "x", "files": 2, "new": 1}], "newer": {"a": 1}}
    assert from_wire(outcomes.SelectionAnswer, answer) == outcomes.SelectionAnswer(1, (outcomes.Ignored("x", 2),))


@pytest.mark.parametrize(
    ("broken", "faults"),
    [
        (output(record(), job=JobRef("nonsense", "1", 0)), [("task", "task-name", None)]),
        (output(record(), job=JobRef(TASK, "x", -1)), [("jobId", "job-id", None), ("retry", "retry-count", None)]),
        (output(record(), job=JobRef(TASK, "1", 10_001)), [("retry", "retry-count", None)]),
        (output(record(), group="a/b"), [("group", "voms", None)]),
        (output(record(), record(2), expected=1), [("expected", "expected-files", None)]),
        (output(record(), record()), [("id", "duplicate-id", 1)]),
        (
            output(record(), record(2, destination_lfn="/store/user/alice/data/out_1.root")),
            [("destinationLfn", "duplicate-destination", 1)],
        ),
        (output(record(size="1")), [("size", "number", 0)]),
        (output(record(publish=1)), [("publish", "flag", 0)]),
        (output(record(source=None)), [("source", "text", 0)]),
    ],
)
def test_what_breaks_a_rule_is_named(broken: JobOutput, faults: list[tuple[str, str, int | None]]) -> None:
    with pytest.raises(asyncstageout.InvalidRecordsError) as caught:
        asyncstageout.check_job_output(broken)
    assert [(fault.field, fault.rule, fault.record) for fault in caught.value.faults] == faults
    for fault in caught.value.faults:
        assert NAMES["rules"][fault.rule] in str(caught.value)


def test_a_good_job_output_is_taken() -> None:
    asyncstageout.check_job_output(output(record(), record(2)))


def test_messages_are_small_enough_and_hold_every_file() -> None:
    job = report_of(output(*(record(number) for number in range(2000))))
    small = [{**report_of(output(record(number))), "jobId": str(number)} for number in range(1500)]
    chunks = list(chunk_reports([*small, job]))
    limit = NAMES["limits"]["messageBytes"]
    assert all(len(json.dumps({"jobs": chunk}, separators=(",", ":"))) <= limit for chunk in chunks)
    assert all(len(chunk) <= NAMES["limits"]["messageJobs"] for chunk in chunks)
    files = [file for chunk in chunks for report in chunk for file in report["files"]]
    assert files == [to_wire(record(number)) for number in range(1500)] + job["files"]
    assert {report["expected"] for chunk in chunks for report in chunk} == {1, 2000}


def test_large_payloads_are_compressed_and_small_ones_readable() -> None:
    async def check() -> None:
        codec = CompressionCodec()
        small = Payload(metadata={"encoding": b"json/plain"}, data=b"1" * 100)
        large = Payload(metadata={"encoding": b"json/plain"}, data=b"1" * 20_000)
        encoded = await codec.encode([small, large])
        assert encoded[0] == small
        assert encoded[1].metadata == {"encoding": b"binary/gzip"}
        assert len(encoded[1].data) < 500
        assert await codec.decode(encoded) == [small, large]

    asyncio.run(check())


def test_a_payload_does_not_inflate_beyond_measure_and_a_cut_one_is_an_error() -> None:
    zeros = gzip.compress(bytes(257 * 1024 * 1024), 1)
    assert len(zeros) < 2 * 1024 * 1024
    for data in (zeros, gzip.compress(b"payload")[:-9]):
        payload = Payload(metadata={"encoding": b"binary/gzip"}, data=data)
        with pytest.raises(ValueError, match="broken, or comes to more than 268435456 bytes"):
            asyncio.run(CompressionCodec().decode([payload]))


def test_ids_stay_short() -> None:
    assert job_output_id(JobRef(TASK, "0-3", 2)) == f"task/{TASK}/job/0-3/2"
    assert len(job_output_id(JobRef("t" * 232, "123456789-123456789", 10))) <= NAMES["limits"]["workflowIdCharacters"]
