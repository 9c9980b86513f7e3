"""The life of jobs that run to their end. The argument is a JSON list of [name, checksum, size] of two good files."""

import json
import sys
import time
import uuid

import fts3.rest.client.easy as fts3

from steps import context, follow, job_of, step, transfer

good = [
    transfer(name, checksum=checksum, filesize=size, metadata={"file": name}, activity="Analysis Output")
    for name, checksum, size in json.loads(sys.argv[1])
]
UNKNOWN = "00000000-0000-0000-0000-000000000000"

ctx = context()
me = fts3.whoami(ctx)

finished = step("submit", lambda: fts3.submit(ctx, fts3.new_job(good, verify_checksum="both", metadata={"issuer": "py"})))
step("finished", lambda: follow(ctx, finished))
step("without files", lambda: fts3.get_job_status(ctx, finished))

wrong = fts3.new_job([transfer("good", checksum="ADLER32:00000bad")], verify_checksum="source")
step("wrong checksum", lambda: follow(ctx, fts3.submit(ctx, wrong)))
dirty = step("one of two is missing", lambda: follow(ctx, fts3.submit(ctx, job_of("fresh", "missing"))))

flaky = step("flaky", lambda: follow(ctx, fts3.submit(ctx, job_of("flaky", retry=3, retry_delay=1))))
step("retries", lambda: json.loads(ctx.get(f"/jobs/{flaky['job_id']}/files/{flaky['files'][0]['file_id']}/retries")))
step("out of retries", lambda: follow(ctx, fts3.submit(ctx, job_of("hopeless", retry=1, retry_delay=1))))

step("several jobs", lambda: fts3.get_jobs_statuses(ctx, [finished, dirty["job_id"]]))
step("several jobs with files", lambda: fts3.get_jobs_statuses(ctx, [finished, dirty["job_id"]], list_files=True))
step("the same job twice", lambda: fts3.get_jobs_statuses(ctx, [finished, finished], list_files=True))
step("one of several is unknown", lambda: fts3.get_jobs_statuses(ctx, [finished, UNKNOWN]))
step("all of several are unknown", lambda: fts3.get_jobs_statuses(ctx, [UNKNOWN, UNKNOWN]))
step("an unknown job", lambda: fts3.get_job_status(ctx, UNKNOWN))
step("a job id that is none", lambda: fts3.get_job_status(ctx, 7))

patient = fts3.submit(ctx, job_of("patient", max_time_in_queue=2))
step("hours in the queue", lambda: (fts3.get_job_status(ctx, patient)["max_time_in_queue"] - time.time()) / 3600)

batch = {"id_generator": fts3.JobIdGenerator.deterministic, "sid": "batch-1"}
step("expected id", lambda: str(uuid.uuid5(uuid.uuid5(uuid.UUID(me["base_id"]), me["vos"][0]), "batch-1")))
step("deterministic id", lambda: fts3.submit(ctx, job_of("batch", **batch)))
step("the same sid again", lambda: fts3.submit(ctx, job_of("batch", **batch)))
