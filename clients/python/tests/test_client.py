"""What PostJob does, with real workers against the simulators."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from world import World

import asyncstageout
from asyncstageout import AsyncClient, Client, JobRef, job_output

REFUSED = "DESTINATION [1] HTTP 403 : Permission refused"


def until(condition: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def has_ended(aso: Client, task: str) -> bool:
    try:
        aso.cancel(task, reason="too late", by="alice")
    except asyncstageout.TaskEndedError:
        return True
    return False


def test_a_job_is_brought_home_and_published(world: World, aso: Client) -> None:
    task = world.task()
    records = world.job(task, jobId="0-3", outputs=2, log=True, publish=True)
    outcome = aso.run_job(job_output(records), timeout=60)
    assert outcome.job == JobRef(task, "0-3", 0)
    assert outcome.is_done
    assert [file.id for file in outcome.files] == [record["id"] for record in records]
    assert [file.publication for file in outcome.files] == ["DONE", "DONE", "NOT_REQUIRED"]
    assert world.published(task) == sorted(record["destination_lfn"] for record in records[:2])
    for record in records:
        assert len(world.ask("read", site=record["destination"], lfn=record["destination_lfn"])) == record["filesize"]
    aso.close(task)


def test_a_file_that_fails_is_told_with_reasons_and_crabs_exit_code(world: World, aso: Client) -> None:
    task = world.task()
    world.fault(task, {"fail": REFUSED}, lfn="out1")
    outcome = aso.run_job(job_output(world.job(task, jobId="1", outputs=2, publish=True)), timeout=60)
    assert not outcome.is_done
    assert outcome.files[0].transfer == "DONE"
    assert outcome.files[0].publication_reason == "job-incomplete"
    (failed,) = outcome.failed_files
    assert (failed.transfer, failed.code, failed.reasons) == ("FAILED", 60322, (REFUSED,))
    assert len(failed.fts_job_ids) == 1
    aso.close(task)


def test_everything_may_be_done_twice(world: World, aso: Client) -> None:
    task = world.task()
    output = job_output(world.job(task, jobId="1"))
    job = aso.start_job(output)
    assert aso.start_job(output) == job
    aso.report_job(output)
    first = aso.job_outcome(job, timeout=60)
    assert aso.run_job(output, timeout=60) == first
    answer = aso.add_files([output])
    assert (answer.accepted, answer.known) == (0, 1)
    assert world.copies(task) == ["FINISHED"]
    aso.close(task)
    until(lambda: has_ended(aso, task))
    aso.close(task)
    with pytest.raises(asyncstageout.TaskEndedError, match="has ended"):
        aso.publish(task)
    assert aso.status(task).complete


def test_outputs_of_a_failed_job_are_brought_home_and_never_published(world: World, aso: Client) -> None:
    task = world.task()
    output = job_output(world.job(task, jobId="1", publish=True))
    outcome = aso.run_job(output, timeout=60, failed=True)
    assert outcome.is_done
    assert [file.publication for file in outcome.files] == ["NOT_REQUIRED"]
    assert world.published(task) == []
    aso.close(task)


def test_a_signal_needs_no_worker_and_publication_may_be_asked_for_later(world: World, aso: Client) -> None:
    task = world.task()
    output = job_output(world.job(task, jobId="7", outputs=2))
    world.ask("workers", run=False)
    try:
        aso.report_job(output)
        job = aso.start_job(output)
        assert aso.job_outcome_now(job) is None
        with pytest.raises(asyncstageout.NoOutcomeYetError):
            aso.job_outcome(job, timeout=0.5)
    finally:
        world.ask("workers", run=True)
    assert aso.job_outcome(job, timeout=60).is_done
    answer = aso.publish(task, jobs=["7", "8"])
    assert answer.files == 2
    assert [(ignored.reason, ignored.files) for ignored in answer.ignored] == [("no such job", 1)]
    until(lambda: len(world.published(task)) == 2)
    aso.close(task)


def test_cancel_reaches_fts_and_the_one_who_waits(world: World, aso: Client) -> None:
    task = world.task()
    world.fault(task, "hang")
    output = job_output(world.job(task, jobId="1"))
    job = aso.start_job(output)
    until(lambda: world.copies(task) == ["ACTIVE"])
    assert aso.cancel(task, jobs=["1"], reason="the user asked", by="alice").files == 1
    outcome = aso.job_outcome(job, timeout=60)
    assert [file.transfer for file in outcome.files] == ["KILLED"]
    assert "the user asked" in outcome.files[0].reasons[-1]
    assert world.copies(task) == ["CANCELED"]
    aso.close(task)


def test_what_failed_is_tried_again_on_request(world: World, aso: Client) -> None:
    task = world.task()
    world.fault(task, {"fail": REFUSED}, times=1)
    output = job_output(world.job(task, jobId="1"))
    assert not aso.run_job(output, timeout=60).is_done
    # The one who waits may know it a moment before the task does.
    until(lambda: aso.retry(task, what="transfer").files == 1)
    until(lambda: aso.status(task).transfer == {"DONE": 1})
    assert aso.run_job(output, timeout=60).is_done
    aso.close(task)


def test_a_paused_task_holds_its_files_back(world: World, aso: Client) -> None:
    task = world.task()
    output = job_output(world.job(task, jobId="1"))
    aso.run_job(output, timeout=60)
    aso.pause(task)
    assert aso.status(task).paused
    aso.add_files([job_output(world.job(task, jobId="2"))])
    assert "resume: the task is paused" in aso.status(task).waits_for
    aso.resume(task)
    until(lambda: aso.status(task).transfer == {"DONE": 2})
    aso.close(task)


def test_many_jobs_are_waited_for_by_one_call(world: World, aso: Client) -> None:
    task = world.task()
    jobs = [aso.start_job(job_output(world.job(task, jobId=str(number)))) for number in range(1, 6)]
    unknown = JobRef(task, "99", 0)
    results = {result.job: result for result in aso.job_outcomes([*jobs, unknown], every=0.2)}
    assert set(results) == {*jobs, unknown}
    assert isinstance(results[unknown].error, asyncstageout.JobNotFoundError)
    for job in jobs:
        outcome = results[job].outcome
        assert outcome is not None
        assert outcome.job == job
        assert outcome.is_done
    aso.close(task)


def test_large_reports_are_split_and_compressed(world: World, aso: Client) -> None:
    """1,500 files: compressed above 16 KiB, split at 256 KiB."""
    task = world.task()
    (record,) = world.job(task, jobId="1")
    files = []
    for number in range(1500):
        source_lfn = record["source_lfn"].replace(".root", f"_{number}.root")
        changed = {
            "id": asyncstageout.crab_file_id(source_lfn),
            "source_lfn": source_lfn,
            "destination_lfn": record["destination_lfn"].replace(".root", f"_{number}.root"),
        }
        files.append({**record, **changed})
    output = job_output(files)
    aso.add_files([replace(output, files=output.files[:1])])
    aso.pause(task)
    answer = aso.add_files([output])
    assert (answer.accepted, answer.known) == (1499, 1)
    assert aso.status(task).files == 1500
    aso.cancel(task, reason="enough", by="the test")
    aso.close(task)


def test_group_and_role_reach_the_task(world: World, aso: Client) -> None:
    task = world.task()
    output = job_output([{**record, "group": "itcms", "role": "NULL"} for record in world.job(task, jobId="1")])
    assert (output.group, output.role) == ("itcms", "")
    aso.report_job(output)

    async def start_argument() -> Any:
        client = await AsyncClient.connect()
        handle = client.temporal.get_workflow_handle(f"task/{task}")
        async for event in handle.fetch_history_events():
            started = event.workflow_execution_started_event_attributes
            return (await asyncstageout.DATA_CONVERTER.decode(started.input.payloads))[0]

    assert asyncio.run(start_argument()) == {"task": task, "group": "itcms"}
    aso.cancel(task, reason="nobody has that credential", by="the test")
    aso.close(task)


def test_bad_records_never_leave(world: World, aso: Client) -> None:
    task = world.task()
    output = job_output(world.job(task, jobId="1"))
    outside = replace(output.files[0], destination_lfn="/store/user/mallory/x.root", size=-1)
    with pytest.raises(asyncstageout.InvalidRecordsError) as caught:
        aso.start_job(replace(output, files=(outside,)))
    faults = [(fault.record, fault.field, fault.rule) for fault in caught.value.faults]
    assert faults == [(0, "destinationLfn", "destination-area"), (0, "size", "size")]
    with pytest.raises(asyncstageout.TaskNotFoundError, match="there is no task"):
        aso.status(task)


def test_a_wait_that_was_terminated_says_so_and_can_be_started_again(world: World, aso: Client) -> None:
    task = world.task()
    world.fault(task, {"slowMs": 2000}, times=1)
    output = job_output(world.job(task, jobId="1"))
    job = aso.start_job(output)
    until(lambda: world.copies(task) == ["ACTIVE"])

    async def terminate() -> None:
        client = await AsyncClient.connect()
        await client.temporal.get_workflow_handle(f"task/{task}/job/1/0").terminate(reason="by an operator")

    asyncio.run(terminate())
    with pytest.raises(asyncstageout.JobFailedError, match="by an operator"):
        aso.job_outcome(job)
    assert aso.run_job(output, timeout=60).is_done
    assert world.copies(task) == ["FINISHED"]
    aso.close(task)


def test_without_temporal_it_says_so_within_ten_seconds() -> None:
    start = time.monotonic()
    with pytest.raises(asyncstageout.TemporalUnreachableError, match=r"127\.0\.0\.1:1 "):
        Client(target_host="127.0.0.1:1", namespace="default")
    assert time.monotonic() - start < 12


def test_without_the_namespace_it_says_so(world: World) -> None:
    with (
        Client(target_host=os.environ["TEMPORAL_ADDRESS"], namespace="nowhere") as elsewhere,
        pytest.raises(asyncstageout.TemporalUnreachableError, match="nowhere"),
    ):
        elsewhere.status("261122_100000:alice_crab_x")


def test_what_is_sent_and_answered_is_as_the_schemas_say(world: World) -> None:
    """Reads the messages back from the histories, as Temporal has them."""

    async def check() -> None:
        aso = await AsyncClient.connect()
        task = world.task()
        world.fault(task, {"fail": REFUSED}, lfn="out1")
        output = job_output(world.job(task, jobId="1", outputs=2, log=True, publish=True))
        await aso.run_job(output)
        await aso.add_files([output])
        await aso.report_job(output)
        await aso.retry(task, what="publication")
        await aso.publish(task, jobs=["1"])
        await aso.cancel(task, reason="over", by="alice")
        temporal = aso.temporal
        status = await temporal.get_workflow_handle(f"task/{task}").query("status")
        valid("TaskStatus", status)
        await aso.close(task)
        totals = await temporal.get_workflow_handle(f"task/{task}").result()
        valid("TaskTotals", totals)
        seen = {*await messages(temporal, f"task/{task}"), *await messages(temporal, f"task/{task}/job/1/0")}
        assert seen == {
            *("StartTask", "JobOutputInput", "JobOutcome", "addFiles", "publish", "cancel", "retry", "TaskTotals"),
            *("AddFilesAnswer", "SelectionAnswer"),
        }

    def valid(name: str, value: Any) -> str:
        Draft202012Validator(asyncstageout.json_schema(name)).validate(value)
        return name

    async def decoded(payloads: Any) -> Any:
        return (await asyncstageout.DATA_CONVERTER.decode(payloads.payloads))[0]

    async def messages(temporal: Any, workflow_id: str) -> list[str]:
        first = {"task": ("StartTask", "TaskTotals"), "job": ("JobOutputInput", "JobOutcome")}
        start, end = first["job" if "/job/" in workflow_id else "task"]
        seen: list[str] = []
        answers: dict[str, str] = {}
        async for event in temporal.get_workflow_handle(workflow_id).fetch_history_events():
            if event.HasField("workflow_execution_started_event_attributes"):
                seen.append(valid(start, await decoded(event.workflow_execution_started_event_attributes.input)))
            elif event.HasField("workflow_execution_completed_event_attributes"):
                seen.append(valid(end, await decoded(event.workflow_execution_completed_event_attributes.result)))
            elif event.HasField("workflow_execution_signaled_event_attributes"):
                signal = event.workflow_execution_signaled_event_attributes
                if signal.signal_name == "addFiles":
                    seen.append(valid("addFiles", await decoded(signal.input)))
            elif event.HasField("workflow_execution_update_accepted_event_attributes"):
                request = event.workflow_execution_update_accepted_event_attributes.accepted_request
                name = request.input.name
                answers[request.meta.update_id] = "AddFilesAnswer" if name == "addFiles" else "SelectionAnswer"
                if name != "close":
                    seen.append(valid(name, await decoded(request.input.args)))
            elif event.HasField("workflow_execution_update_completed_event_attributes"):
                update = event.workflow_execution_update_completed_event_attributes
                value = await decoded(update.outcome.success)
                if value is not None:
                    seen.append(valid(answers[update.meta.update_id], value))
        return seen

    asyncio.run(check())


def test_many_threads_share_a_client_and_none_waits_beyond_its_end(world: World) -> None:
    task = world.task()
    world.fault(task, "hang")
    client = Client()
    output = job_output(world.job(task, jobId="1"))
    with ThreadPoolExecutor(10) as threads:
        waits = [threads.submit(client.run_job, output) for _ in range(10)]
        until(lambda: world.copies(task) == ["ACTIVE"])
        client.disconnect()
        for wait in waits:
            assert isinstance(wait.exception(timeout=10), CancelledError)
    with Client() as again:
        again.cancel(task, reason="over", by="the test")
        again.close(task)
