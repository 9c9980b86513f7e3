"""The example: one PostJob as a process, two hundred at once, and what each tells DAGMan."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from world import World

import asyncstageout

FOLDER = Path(__file__).resolve().parents[1]
POSTJOB = FOLDER / "examples" / "postjob.py"


def run(
    tmp_path: Path, records: list[dict[str, Any]], *arguments: str, half: str = ""
) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "transfers.txt"
    file.write_text("".join(json.dumps(record) + "\n" for record in records) + half)
    return subprocess.run(
        [sys.executable, str(POSTJOB), str(file), *arguments],
        env={**os.environ, "PYTHONPATH": str(FOLDER / "src")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.parametrize(
    ("reason", "code", "told"),
    [
        (None, 0, "1 PostJobs for 2 files ended"),
        ("DESTINATION [1] HTTP 403 : Permission refused", 2, "exit code 60322"),
        ("SOURCE [2] No such file or directory", 1, "exit code 60326"),
    ],
)
def test_dagman_is_told(world: World, tmp_path: Path, reason: str | None, code: int, told: str) -> None:
    task = world.task()
    records = world.job(task, jobId="1", log=True) + world.job(task, jobId="2")
    if reason:
        world.fault(task, {"fail": reason}, lfn="out0_1")
    postjob = run(tmp_path, records, "--job", "1", half=json.dumps(records[0])[:100])
    assert postjob.returncode == code, postjob.stderr
    assert told in postjob.stdout
    assert len(world.copies(task)) == 2
    with asyncstageout.Client() as aso:
        aso.close(task)


def test_deferred_it_is_run_again(world: World, tmp_path: Path) -> None:
    task = world.task()
    records = world.job(task, jobId="1")
    world.ask("workers", run=False)
    try:
        assert run(tmp_path, records, "--job", "1", "--defer").returncode == 4
    finally:
        world.ask("workers", run=True)
    assert run(tmp_path, records, "--job", "1").returncode == 0
    assert run(tmp_path, records, "--job", "1", "--defer").returncode == 0
    assert world.copies(task) == ["FINISHED"]


def test_records_that_break_a_rule_are_named(world: World, tmp_path: Path) -> None:
    task = world.task()
    (record,) = world.job(task, jobId="1")
    postjob = run(tmp_path, [{**record, "filesize": "large"}], "--job", "1")
    assert postjob.returncode == 2
    assert postjob.stderr == "record 0: filesize: number: must be a whole number\n"


def test_two_hundred_at_once(world: World, tmp_path: Path, record_property: Any) -> None:
    task = world.task()
    jobs = [world.job(task, jobId=str(number), log=True, publish=True) for number in range(1, 201)]
    postjobs = run(tmp_path, [record for job in jobs for record in job], "--all")
    assert postjobs.returncode == 0, postjobs.stdout + postjobs.stderr
    summary = postjobs.stdout.splitlines()[-1]
    assert summary.startswith("200 PostJobs for 400 files ended after ")
    assert summary.endswith(": 200 with 0")
    assert world.published(task) == sorted(job[0]["destination_lfn"] for job in jobs)
    record_property("summary", summary)
    with asyncstageout.Client() as aso:
        assert aso.status(task).transfer == {"DONE": 400}
        aso.close(task)
