"""What PostJob does, with real workers against the simulators."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace

import pytest
from world import World, until

import asyncstageout
from asyncstageout import AsyncClient, Client, JobRef, _calls, job_output

REFUSED = "DESTINATION [1] HTTP 403 : Permission refused"


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


def test_a_call_that_failed_is_simply_made_again(world: World, aso: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    task = world.task()
    output = job_output(world.job(task, jobId="1", outputs=2))
    world.ask("workers", run=False)
    try:
        with monkeypatch.context() as hasty:
            hasty.setattr(_calls.answer_of, "__defaults__", (1.0,))
            for _ in range(2):
                with pytest.raises(asyncstageout.NoAnswerError):
                    aso.add_files([output])
        with pytest.raises(asyncstageout.NoOutcomeYetError):
            aso.run_job(output, timeout=0.2)
    finally:
        world.ask("workers", run=True)
    answer = aso.add_files([output])
    assert answer.accepted + answer.known == 2
    assert aso.run_job(output, timeout=60).is_done
    assert world.copies(task) == ["FINISHED", "FINISHED"]
    aso.close(task)


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
    nothing_new = aso.publish(task, now=True)
    assert [(ignored.reason, ignored.files) for ignored in nothing_new.ignored] == [
        ("publication was not asked for", 2)
    ]
    answer = aso.publish(task, jobs=["7", "8"])
    assert answer.files == 2
    assert [(ignored.reason, ignored.files) for ignored in answer.ignored] == [("no such job", 1)]
    until(lambda: len(world.published(task)) == 2)
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
    with pytest.raises(asyncstageout.TaskNotFoundError, match="there is no task"):
        aso.close(task)


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
