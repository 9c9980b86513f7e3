"""What the scripts of this folder share: the client's context, and steps, each of which prints one line of JSON."""

import json
import os
import time

import fts3.rest.client.easy as fts3

ENDPOINT = os.environ["FTS_ENDPOINT"]

JOB_IS_OVER = {"FINISHED", "FAILED", "FINISHEDDIRTY", "CANCELED"}
FILE_IS_OVER = {"FINISHED", "FAILED", "CANCELED", "NOT_USED"}


def context(**options):
    """A context as users make one: X509_USER_PROXY names the credential, X509_CERT_DIR the trusted authorities."""
    return fts3.Context(ENDPOINT, **options)


def step(name, act):
    """Does something, prints what came of it, and returns it; None where the client raised an exception."""
    try:
        value = act()
    except Exception as error:
        print(json.dumps({"step": name, "raised": type(error).__name__, "text": str(error)}), flush=True)
        return None
    print(json.dumps({"step": name, "value": value}), flush=True)
    return value


def until(look, is_enough, patience=60):
    """Looks again and again until it is enough, and returns what was seen last. `patience` in seconds."""
    end = time.monotonic() + patience
    while True:
        seen = look()
        if is_enough(seen):
            return seen
        if time.monotonic() > end:
            raise TimeoutError(json.dumps(seen))
        time.sleep(0.05)


def follow(ctx, job_id):
    """Follows a job with its files until all of it is over."""
    return until(
        lambda: fts3.get_job_status(ctx, job_id, list_files=True),
        lambda job: job["job_state"] in JOB_IS_OVER and all(f["file_state"] in FILE_IS_OVER for f in job["files"]),
    )


def until_file(ctx, job_id, *states):
    """Waits until a file of a job has one of the states; tells the ids of the files that have it."""

    def ids(job):
        return [f["file_id"] for f in job["files"] if f["file_state"] in states]

    return ids(until(lambda: fts3.get_job_status(ctx, job_id, list_files=True), lambda job: ids(job)))


SOURCE, DESTINATION = "davs://t2_a.example", "davs://t2_b.example"


def transfer(name, **options):
    """A file of ours, from one of the test's two sites to the other."""
    path = "/store/user/alice/" + name
    return fts3.new_transfer(SOURCE + path, DESTINATION + path, **options)


def job_of(*names, **params):
    """A job of such files."""
    return fts3.new_job([transfer(name) for name in names], **params)
