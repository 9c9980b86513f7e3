"""Jobs that somebody interferes with: cancelled whole and in part, of other priority, listed."""

import json

import fts3.rest.client.easy as fts3

from steps import DESTINATION, SOURCE, context, follow, job_of, step, until_file

UNKNOWN = "00000000-0000-0000-0000-000000000000"

ctx = context()
me = fts3.whoami(ctx)


def submit(*names, **params):
    return fts3.submit(ctx, job_of(*names, **params))


# One copy at a time runs between the two sites, and the copy of this file does not end.
running = submit("hangs")
[running_file] = until_file(ctx, running, "ACTIVE")
waiting = submit("waits-1", "waits-2", "waits-3")
[first, second, third] = [f["file_id"] for f in fts3.get_job_status(ctx, waiting, list_files=True)["files"]]

step("list", lambda: [job["job_id"] for job in fts3.list_jobs(ctx)])
step("list by VO", lambda: [job["job_id"] for job in fts3.list_jobs(ctx, vo=me["vos"][0])])
step("list of another VO", lambda: fts3.list_jobs(ctx, vo="atlas"))
step("list by user", lambda: [job["job_id"] for job in fts3.list_jobs(ctx, user_dn=me["user_dn"])])
step("list of another user", lambda: fts3.list_jobs(ctx, user_dn="/CN=somebody else"))
step(
    "list by state",
    lambda: [
        job["job_id"] for job in fts3.list_jobs(ctx, delegation_id=me["delegation_id"], state_in=["SUBMITTED", "READY"])
    ],
)
step("list by storage", lambda: len(fts3.list_jobs(ctx, source_se=SOURCE, dest_se=DESTINATION)))
step("list by other storage", lambda: fts3.list_jobs(ctx, source_se=DESTINATION))
step("list by another delegation", lambda: fts3.list_jobs(ctx, delegation_id="0123456789abcdef"))
step("jobs", lambda: {"running": running, "waiting": waiting, "files": [first, second, third]})

step("cancel a file", lambda: fts3.cancel(ctx, waiting, [first]))
step("job goes on", lambda: fts3.get_job_status(ctx, waiting)["job_state"])
step("cancel files, one foreign", lambda: fts3.cancel(ctx, waiting, [second, third, running_file]))
step("job of cancelled files", lambda: follow(ctx, waiting))
reuse = submit("reuse-1", "reuse-2", reuse=True)
reuse_file = fts3.get_job_status(ctx, reuse, list_files=True)["files"][0]["file_id"]
step("cancel a file of a reuse job", lambda: fts3.cancel(ctx, reuse, [reuse_file]))
step("cancel the reuse job", lambda: fts3.cancel(ctx, reuse)["job_state"])
step("cancel a file of an unknown job", lambda: fts3.cancel(ctx, UNKNOWN, [first]))

low, high, raised = [submit(name, priority=priority) for name, priority in (("low", 1), ("high", 4), ("raised", 2))]
step("priorities", lambda: [fts3.get_job_status(ctx, job)["priority"] for job in (low, high, raised)])
step("raise a priority", lambda: ctx.post_json(f"/jobs/{raised}", {"params": {"priority": 5}}) and "raised")
step("raised", lambda: fts3.get_job_status(ctx, raised)["priority"])
step("a priority that is none", lambda: ctx.post_json(f"/jobs/{raised}", {"params": {"priority": "high"}}))

step("cancel", lambda: fts3.cancel(ctx, running))
step("cancelled", lambda: follow(ctx, running))
step("cancel again", lambda: fts3.cancel(ctx, running))
step("cancel an unknown job", lambda: fts3.cancel(ctx, UNKNOWN))
step("by priority", lambda: [follow(ctx, job)["job_state"] for job in (raised, high, low)])
step("cancel what is finished", lambda: fts3.cancel(ctx, raised))
again = submit("hangs")
step("cancel several", lambda: json.loads(ctx.delete(f"/jobs/{again},{raised}")))
step("cancel several, one unknown", lambda: json.loads(ctx.delete(f"/jobs/{submit('hangs')},{UNKNOWN}")))
step("a priority for what is finished", lambda: ctx.post_json(f"/jobs/{raised}", {"params": {"priority": 1}}))
step("cancel everything", lambda: fts3.cancel_all(ctx))
step("ban a storage", lambda: fts3.ban_se(ctx, SOURCE))
