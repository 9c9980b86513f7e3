#!/usr/bin/env python3
"""A PostJob that hands its job's files to AsyncStageOut and waits for what becomes of them.

    postjob.py task_process/transfers.txt --job 12        one job, as DAGMan runs a PostJob
    postjob.py task_process/transfers.txt --all           all jobs of the file at once, a thread each, as a schedd would

It may be run again at any time, whatever happened to it before. With --defer it looks once instead of waiting, and ends with 4 while there
is no outcome: DAGMan then runs it again later (SCRIPT DEFER 4 <seconds>).

How to reach Temporal say TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables of Temporal's own.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncstageout
from asyncstageout import Client, JobOutcome, JobOutput

OK, RECOVERABLE, FATAL, DEFER = 0, 1, 2, 4
"""What PostJob tells DAGMan: done, run the job again, give up, run me again."""

NO_USE = frozenset({60317, 60322, 60323})
"""Exit codes of CRAB for which running the job again does not help: out of time, permission, quota."""


def read_records(path: Path) -> list[Mapping[str, Any]]:
    """CRAB's records, a line each; the last line may be half-written while CRAB appends to it."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n") and line.strip()]


def exit_code(outcome: JobOutcome) -> int:
    """What DAGMan is told. The job's exit code is the one that most of its failed files have, as CRAB does it."""
    if outcome.is_done:
        return OK
    codes = Counter(file.code for file in outcome.failed_files if file.code)
    code = codes.most_common(1)[0][0] if codes else 60324
    given_up = any(file.transfer != "FAILED" or file.code in NO_USE for file in outcome.failed_files)
    for file in outcome.failed_files:
        print(f"{file.destination_lfn}: {file.transfer} {file.code or ''}: {'; '.join(file.reasons[-1:])}")
    print(f"job {outcome.job_id}: exit code {code}")
    return FATAL if given_up else RECOVERABLE


def post_job(aso: Client, output: JobOutput, *, failed: bool = False, defer: bool = False) -> int:
    """Reports the job's files and answers DAGMan, waiting for the outcome unless ``defer``."""
    if not defer:
        return exit_code(aso.run_job(output, failed=failed))
    try:
        # Looks first: starting a wait that has ended would start it anew.
        outcome = aso.job_outcome_now(output.job)
    except (asyncstageout.JobNotFoundError, asyncstageout.JobFailedError):
        aso.start_job(output, failed=failed)
        return DEFER
    return DEFER if outcome is None else exit_code(outcome)


def main(arguments: Sequence[str]) -> int:
    """Runs one PostJob, or all at once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, help="task_process/transfers.txt")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--job", help="id of the job")
    which.add_argument("--all", action="store_true", help="all jobs of the file")
    parser.add_argument("--retry", type=int, default=0, help="retry count of the job (default: 0)")
    parser.add_argument("--failed", action="store_true", help="the job failed: nothing of it is published")
    parser.add_argument("--defer", action="store_true", help="do not wait: end with 4 where there is no outcome yet")
    options = parser.parse_args(arguments)
    try:
        outputs = asyncstageout.job_outputs(read_records(options.records))
        if not options.all:
            outputs = [o for o in outputs if (o.job.job_id, o.job.retry) == (options.job, options.retry)]
        if not outputs:
            print(f"no records of job {options.job} in {options.records}", file=sys.stderr)
            return FATAL
        with Client() as aso:
            start = time.monotonic()
            with ThreadPoolExecutor(max_workers=len(outputs)) as threads:
                codes = list(
                    threads.map(lambda o: post_job(aso, o, failed=options.failed, defer=options.defer), outputs)
                )
            files = sum(len(output.files) for output in outputs)
            ended = ", ".join(f"{count} with {code}" for code, count in sorted(Counter(codes).items()))
            print(f"{len(codes)} PostJobs for {files} files ended after {time.monotonic() - start:.1f} s: {ended}")
    except asyncstageout.InvalidRecordsError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        return FATAL
    except asyncstageout.AsoError as error:
        # Temporal or its workers are away: nothing is lost, and this may simply be run again.
        print(error, file=sys.stderr)
        return DEFER
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
