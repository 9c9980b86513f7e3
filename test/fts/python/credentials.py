"""Who am I to FTS, and may it act for me: whoami, delegation, tokens, and the ways in which these go wrong."""

import os
import tempfile
from datetime import datetime, timedelta

import fts3.rest.client.easy as fts3
from fts3.rest.client import Delegator, Submitter

from steps import context, job_of, step


def hours_left(delegator):
    """None without a delegation."""
    info = delegator.get_info()
    if not info:
        return None
    return (datetime.strptime(info["termination_time"], "%Y-%m-%dT%H:%M:%S") - datetime.utcnow()).total_seconds() / 3600


def submit_undelegated(ctx):
    """easy.submit delegates first; this does not."""
    job = job_of("undelegated")
    return Submitter(ctx).submit(transfers=job["files"], **job["params"])


def sign_with_the_wrong_key(delegator):
    """Answers a request of FTS with a proxy for another one's key: the credential's own."""
    delegation_id = delegator._get_delegation_id()
    delegator._get_proxy_request(delegation_id)
    delegator._put_proxy(delegation_id, b"".join(certificate.as_pem() for certificate in delegator.context.x509_list))


ctx = context()
step("root", ctx.get_endpoint_info)
me = step("whoami", lambda: fts3.whoami(ctx))
mine = "/delegation/" + me["delegation_id"]
delegator = Delegator(ctx)

step("nothing delegated", delegator.get_info)
step("submit undelegated", lambda: submit_undelegated(ctx))
step("delegate", lambda: fts3.delegate(ctx, lifetime=timedelta(hours=5)))
step("delegated", lambda: {**delegator.get_info(), "hours_left": hours_left(delegator)})
step("delegate again", lambda: fts3.delegate(ctx, lifetime=timedelta(hours=9)))
step("left as it was", lambda: hours_left(delegator))
step("delegate by force", lambda: fts3.delegate(ctx, lifetime=timedelta(hours=9), force=True))
step("renewed", lambda: hours_left(delegator))
step("submit", lambda: fts3.submit(ctx, job_of("delegated")))
step("revoke", lambda: ctx.delete(mine))
step("revoked", delegator.get_info)
step("revoke again", lambda: ctx.delete(mine))
step("delegate for 30 minutes", lambda: fts3.delegate(ctx, lifetime=timedelta(minutes=30)))
step("submit with 30 minutes left", lambda: submit_undelegated(ctx))
step("submit delegates where it must", lambda: fts3.submit(ctx, job_of("self-delegated")))

step("of somebody else", lambda: ctx.get("/delegation/0123456789abcdef"))
step("nonsense instead of a proxy", lambda: ctx.put(mine + "/credential", "nonsense"))
step("a proxy of another key", lambda: sign_with_the_wrong_key(delegator))

with tempfile.TemporaryDirectory() as nobody:
    step("an authority nobody trusts", lambda: context(capath=nobody).get_endpoint_info())
step("verify=True still reads the folder", lambda: context(verify=True, capath="/nowhere").get_endpoint_info())
step("no_creds", lambda: context(no_creds=True).get_endpoint_info())
step("an expired proxy", lambda: context(ucert=os.environ["EXPIRED_PROXY"]).get_endpoint_info())

with_token = context(fts_access_token=os.environ["TOKEN"])
step("token: whoami", lambda: fts3.whoami(with_token))
step("token: nothing to delegate", lambda: fts3.delegate(with_token))
step("token: submit", lambda: fts3.submit(with_token, job_of("hangs")))
step("token: list", lambda: [job["job_metadata"] for job in fts3.list_jobs(with_token, user_dn="alice")])
step("token of no VO", lambda: context(fts_access_token=os.environ["TOKEN_WITHOUT_VO"]).get_endpoint_info())

del os.environ["X509_USER_PROXY"]
anonymous = context()
step("anonymous: whoami", lambda: fts3.whoami(anonymous))
step("anonymous: list", lambda: fts3.list_jobs(anonymous))
step("anonymous: look at a job", lambda: fts3.get_job_status(anonymous, "any"))
step("anonymous: submit", lambda: submit_undelegated(anonymous))
