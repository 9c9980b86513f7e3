"""Submissions that are refused: by the client before they leave, or by FTS."""

import fts3.rest.client.easy as fts3
from fts3.rest.client import Submitter

from steps import DESTINATION, SOURCE, context, job_of, step, transfer

ctx = context()
A, B = SOURCE + "/store/a", DESTINATION + "/store/b"


def submit(job):
    return fts3.submit(ctx, job)


def of(*transfers, **params):
    """A step that submits such a job."""
    return lambda: submit(fts3.new_job(list(transfers), **params))


def pair(source=A, destination=B, **columns):
    return {**fts3.new_transfer(source, destination), **columns}


fts3.delegate(ctx)

# What the client itself refuses.
step("client: nothing", lambda: fts3.new_job())
step("client: verify_checksum", lambda: job_of("a", verify_checksum="maybe"))
step("client: overwrite twice", lambda: job_of("a", overwrite=True, overwrite_on_retry=True))
step("client: only on disk", lambda: job_of("a", overwrite_when_only_on_disk=True))
step("client: scitag", lambda: transfer("a", scitag=12))
step("client: one token of two", lambda: transfer("a", source_token="t"))
step("client: alternative source", lambda: fts3.add_alternative_source(transfer("a"), B))

# What is no submission.
step("not JSON", lambda: ctx.post_json("/jobs", "{"))
step("not an object", lambda: ctx.post_json("/jobs", "[]"))
step("no files", of())
step("deletion", lambda: submit(fts3.new_delete_job([A])))
step("no parameters", lambda: ctx.post_json("/jobs", {"files": [pair()], "params": None}))

# URLs.
step("local file", of(pair("file:///etc/hostname")))
step("no scheme", of(pair("/store/a")))
step("no path", of(pair(SOURCE)))
step("no host", of(pair("davs:///store/a")))
step("no destination", lambda: ctx.post_json("/jobs", {"files": [{"sources": [A]}]}))
step("banned storage", of(pair(destination="davs://t2_banned.example/store/b")))

# Values.
step("checksum is a number", of(pair(checksum=12345678)))
step("filesize is a text", of(pair(filesize="big")))
step("scitag out of range", of(pair(scitag=70000)))
step("file metadata is a list", of(pair(metadata=[1])))
step("job metadata is a list", of(pair(), metadata=[1]))
step("job metadata is too large", of(pair(), metadata={"text": "x" * 3000}))
step("retry is a text", of(pair(), retry="often"))
step("sid is a number", of(pair(), id_generator="deterministic", sid=7))
step("sid is missing", of(pair(), id_generator="deterministic"))
step("verify_checksum is empty", lambda: Submitter(ctx).submit(transfers=[pair()], verify_checksum=""))

# Combinations.
step("hop without multihop", of(pair(), overwrite_hop=True))
step("two replicas of two files", of(pair(sources=[A, A + "2"]), pair()))
step("replicas in a multihop job", of(pair(sources=[A, A + "2"]), multihop=True))
step("reuse between several storages", of(pair(), pair("davs://t2_c.example/store/a"), reuse=True))
step("unknown selection strategy", of(pair(sources=[A, A + "2"], selection_strategy="best")))

# What is odd and yet accepted.
step("accepted: 'N' for overwrite", lambda: submit({"files": [pair()], "params": {"overwrite": "N"}}))
step("accepted: unknown checksum", of(pair(checksum="garbage")))
step("accepted: unknown parameter", lambda: submit({"files": [pair()], "params": {"no_such": 1}}))

# A server in trouble: one fault of each kind is scripted.
step("503", lambda: ctx.get("/jobs/fault-503"))
step("500", lambda: ctx.get("/jobs/fault-500"))
step("400 in HTML", lambda: ctx.get("/jobs/fault-400"))
step("424", lambda: ctx.get("/jobs/fault-424"))
step("connection lost", lambda: ctx.get("/jobs/fault-lost"))
step("unknown path", lambda: ctx.get("/no/such/path"))
step("unknown method", lambda: ctx.put("/whoami", "x"))
