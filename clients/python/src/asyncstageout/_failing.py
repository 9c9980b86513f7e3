"""Activities of workflows that fail just now, asked of Temporal itself: what a file waits for outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from ._lfn import owner_of_task
from ._names import NAMES

_CREDENTIAL = "CredentialUnavailable"


@dataclass(frozen=True)
class FailingCall:
    """An activity that is tried again and again, and says why."""

    type: str
    reason: str
    since: float | None
    """Since when it fails, epoch milliseconds, where whoever failed knows it."""
    tries: int
    next_try: float | None
    """Epoch milliseconds; ``None`` while a try is under way."""


async def failing_calls(client: Client, workflow_id: str) -> list[FailingCall]:
    """The calls of a workflow that fail in a way that is waited out. Raises what Temporal's client raises."""
    description = await client.get_workflow_handle(workflow_id).describe()
    pending: Iterable[PendingActivityInfo] = description.raw_description.pending_activities
    return [call for activity in pending if (call := await _call_of(client, activity))]


async def _call_of(client: Client, activity: PendingActivityInfo) -> FailingCall | None:
    if not activity.HasField("last_failure"):
        return None
    error = await client.data_converter.decode_failure(activity.last_failure)
    if not isinstance(error, ApplicationError) or error.type not in NAMES["awaited"]:
        return None
    details: Any = error.details[0] if error.details else None
    seconds = activity.scheduled_time.seconds if activity.HasField("scheduled_time") else 0
    return FailingCall(
        type=error.type or "",
        reason=error.message,
        since=details.get("since") if isinstance(details, Mapping) else None,
        tries=activity.attempt,
        # Temporal says so only while it waits.
        next_try=seconds * 1000 if seconds else None,
    )


def held_up(view: Mapping[str, Any], step: str, calls: Iterable[FailingCall], task: str) -> Mapping[str, Any]:
    """A stage, as on the wire: where its next step is a call that fails, it waits for what that call waits for."""
    if view["waitsFor"] is None or view["nextTry"] is not None:
        return view
    call = next((call for call in calls if step in NAMES["awaited"][call.type]["steps"]), None)
    if call is None:
        return view
    waits_for = NAMES["awaited"][call.type]["what"]
    if call.type == _CREDENTIAL:
        waits_for += f" of {owner_of_task(task)}"
    if call.since is not None:
        waits_for += f" since {datetime.fromtimestamp(call.since / 1000, timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    # Copies are counted as FTS jobs; of a block nobody else counts the tries.
    attempts = call.tries if step == "block" else view["attempts"]
    return {**view, "attempts": attempts, "waitsFor": waits_for, "said": call.reason, "nextTry": call.next_try}
