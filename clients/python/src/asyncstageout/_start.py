"""How the workflows of a task are started or joined, and what they are called: as the service itself does it."""

from __future__ import annotations

import hashlib
from typing import Any, TypedDict

from temporalio.common import (
    Priority,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from ._lfn import owner_of_task
from ._names import NAMES
from .records import JobRef

_ID_MAX = NAMES["limits"]["workflowIdCharacters"]
_FAIRNESS_KEY_MAX = 64


class StartOptions(TypedDict):
    """Options of Temporal's client."""

    id: str
    task_queue: str
    id_conflict_policy: WorkflowIDConflictPolicy
    id_reuse_policy: WorkflowIDReusePolicy
    search_attributes: TypedSearchAttributes
    priority: Priority


def stage_out_id(task: str) -> str:
    """Id of the workflow that owns a task."""
    return f"task/{task}"


def transfer_batch_id(task: str, batch: int) -> str:
    """Id of a task's batch of that number."""
    return f"task/{task}/b{batch}"


def publish_dataset_id(task: str, dataset: str) -> str:
    """Id of the workflow that publishes an output dataset of a task."""
    return f"task/{task}/d{_short_hash(dataset)}"


def job_output_id(job: JobRef) -> str:
    """Id of the workflow that waits for a job output; the job enters as a hash where the names are too long together."""
    workflow_id = f"task/{job.task}/job/{job.job_id}/{job.retry}"
    if len(workflow_id) <= _ID_MAX:
        return workflow_id
    return f"task/{job.task}/job/h{_short_hash(f'{job.job_id}/{job.retry}')}"


def start_options(workflow_id: str, task: str) -> StartOptions:
    """How a workflow of a task is started or joined; one that has ended may be started again."""
    user = owner_of_task(task) or ""
    names: dict[str, Any] = NAMES["searchAttributes"]
    pairs = [(names["task"], task), (names["user"], user)]
    return {
        "id": workflow_id,
        "task_queue": NAMES["taskQueue"],
        "id_conflict_policy": WorkflowIDConflictPolicy.USE_EXISTING,
        "id_reuse_policy": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        "search_attributes": TypedSearchAttributes(
            [SearchAttributePair(SearchAttributeKey.for_keyword(name), value) for name, value in pairs]
        ),
        "priority": Priority(fairness_key=user[:_FAIRNESS_KEY_MAX]),
    }


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
