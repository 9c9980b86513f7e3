"""What is asked of a task as a whole, with real workers against the simulators."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from world import World, until

import asyncstageout
from asyncstageout import AsyncClient, Client, job_output

REFUSED = "DESTINATION [1] HTTP 403 : Permission refused"


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
    # The task has heard of it before the one who waits.
    assert aso.retry(task, what="transfer").files == 1
    until(lambda: aso.status(task).transfer == {"DONE": 1})
    assert aso.run_job(output, timeout=60).is_done
    aso.close(task)


def test_what_failed_for_a_reason_is_tried_again_alone(world: World, aso: Client) -> None:
    task = world.task()
    world.fault(task, {"fail": REFUSED}, times=1)
    output = job_output(world.job(task, jobId="1"))
    assert not aso.run_job(output, timeout=60).is_done
    until(lambda: aso.status(task).failures != ())
    assert aso.retry(task, classes=["space"]).files == 0
    assert aso.retry(task, classes=["permission"], sources=["T2_US_MIT"]).files == 0
    with pytest.raises(asyncstageout.RequestRefusedError, match="classes"):
        aso.retry(task, classes=["nonsense"])
    with pytest.raises(TypeError, match="class"):
        aso.retry(task, **{"class": ["permission"]})  # type: ignore[arg-type]
    assert aso.retry(task, classes=["permission"], sources=["T2_IT_Pisa"], destinations=["T2_CH_CERN"]).files == 1
    until(lambda: aso.status(task).transfer == {"DONE": 1})
    aso.close(task)


def test_a_priority_is_kept(world: World, aso: Client) -> None:
    task = world.task()
    world.fault(task, "hang")
    aso.add_files([job_output(world.job(task, jobId="1"))])
    until(lambda: world.copies(task) == ["ACTIVE"])
    with pytest.raises(asyncstageout.RequestRefusedError, match="priority: must be a whole number from 1 to 5"):
        aso.set_priority(task, 6)
    assert aso.set_priority(task, 5).files == 1
    assert aso.status(task).priority == 5
    aso.cancel(task, reason="enough", by="the test")
    aso.close(task)


def test_a_job_says_where_its_files_stand_and_what_they_wait_for(world: World, aso: Client) -> None:
    task = world.task()
    world.fault(task, {"fail": REFUSED}, lfn="out1")
    records = world.job(task, jobId="0-3", outputs=2, log=True, publish=True)
    aso.run_job(job_output(records), timeout=60)
    status = aso.job_status(task, "0-3")
    assert (status.task, status.job_id, status.expected, status.unreported) == (task, "0-3", 3, 0)
    good, bad, log = status.files
    assert [file.destination_lfn for file in status.files] == [record["destination_lfn"] for record in records]
    assert (good.transfer.state, good.transfer.attempts, good.code) == ("DONE", 1, None)
    assert good.publication.state == "FAILED"
    assert good.publication.reason is not None
    assert "the transfer of 1 other file of its job" in good.publication.reason
    assert (bad.transfer.state, bad.transfer.reason, bad.transfer.said) == ("FAILED", "Permission denied.", REFUSED)
    assert (bad.failure, bad.code, len(bad.fts_job_ids)) == ("permission", 60322, 1)
    assert (log.type, log.publication.state, log.publication.waits_for) == ("log", "NOT_REQUIRED", None)
    with pytest.raises(asyncstageout.JobNotFoundError, match="has no job 7: nothing of it was reported"):
        aso.job_status(task, "7")
    with pytest.raises(asyncstageout.TaskNotFoundError):
        aso.job_status("261123_101500:alice_crab_no", "7")
    aso.close(task)


def test_a_job_says_that_it_waits_for_fts_while_that_is_down(world: World, aso: Client) -> None:
    task = world.task()
    world.ask("outage", ms=60_000)
    try:
        aso.add_files([job_output(world.job(task, jobId="1"))])
        until(lambda: aso.job_status(task, "1").files[0].transfer.waits_for == "FTS")
        transfer = aso.job_status(task, "1").files[0].transfer
        assert (transfer.state, transfer.attempts) == ("NEW", 0)
        assert "/whoami" in (transfer.said or "")
    finally:
        world.ask("outage", ms=0)
    until(lambda: aso.job_status(task, "1").files[0].transfer.state == "DONE")
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


def test_large_reports_are_split_and_compressed(world: World, aso: Client) -> None:
    """1,500 files: compressed above 4 KiB, split at 256 KiB."""
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


def test_an_operator_closes_and_opens_a_site(world: World, aso: Client) -> None:
    answer = aso.operate("closeSite", site="T2_US_MIT", direction="source", until="2h", reason="downtime", by="bob")
    assert answer.did[0].startswith("closed T2_US_MIT as source until ")
    rules = aso.operator_rules()
    assert rules is not None
    assert [(row["site"], row["end"], row["by"]) for row in rules["sites"]] == [("T2_US_MIT", "source", "bob")]
    with pytest.raises(asyncstageout.RequestRefusedError, match="closeSite: site: must be a CMS site name"):
        aso.operate("closeSite", site="Boston", reason="downtime", by="bob")
    assert aso.operate("openSite", site="T2_US_MIT", reason="over", by="bob").ignored == (
        "T2_US_MIT is open as destination",
    )
    assert [entry["reason"] for entry in aso.operations_journal()] == ["downtime", "over"]
