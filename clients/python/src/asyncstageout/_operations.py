"""The operators' rules: the workflow ``operations``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from ._calls import across_turnover, answer_from, answer_from_start
from ._names import NAMES
from .errors import TaskNotFoundError

_OPERATIONS = "operations"
_WHO = 'workflow "operations"'


@dataclass(frozen=True)
class OperationAnswer:
    """What a request of an operator did, and what there was nothing to do about, in words."""

    did: tuple[str, ...]
    ignored: tuple[str, ...]


async def operate(client: Client, name: str, request: Mapping[str, Any]) -> OperationAnswer:
    """Asks for a change of the rules; the workflow that keeps them is started where it does not run."""
    answer = await answer_from_start(_WHO, lambda: across_turnover(lambda: _update(client, name, request)))
    return OperationAnswer(tuple(answer["did"]), tuple(answer["ignored"]))


async def _update(client: Client, name: str, request: Mapping[str, Any]) -> Any:
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        _OPERATIONS,
        id=_OPERATIONS,
        task_queue=NAMES["taskQueue"],
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    try:
        return await client.execute_update_with_start_workflow(name, dict(request), start_workflow_operation=start)
    except Exception:
        # The start fails with the same error; nobody else looks at it.
        start_failed = asyncio.ensure_future(start.workflow_handle())
        start_failed.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise


async def ask_operations(client: Client, query: str) -> Any:
    """What a query says; ``None`` where nobody has changed any rule."""
    handle = client.get_workflow_handle(_OPERATIONS)
    try:
        return await answer_from(_WHO, lambda: handle.query(query))
    except TaskNotFoundError:
        return None
