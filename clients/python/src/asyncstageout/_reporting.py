"""Reports on their way to a task."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation

from ._names import NAMES
from ._start import stage_out_id, start_options
from ._wire import from_wire
from .outcomes import AddFilesAnswer

_STAGE_OUT = NAMES["workflows"]["stageOut"]
_ADD_FILES = NAMES["messages"]["addFiles"]


async def signal_files(client: Client, argument: Mapping[str, str], jobs: Sequence[object]) -> None:
    """Starts or joins a task by a signal with job outputs."""
    task = argument["task"]
    await client.start_workflow(
        _STAGE_OUT,
        argument,
        **start_options(stage_out_id(task), task),
        start_signal=_ADD_FILES,
        start_signal_args=[{"jobs": jobs}],
    )


async def add_files(client: Client, argument: Mapping[str, str], jobs: Sequence[object]) -> AddFilesAnswer:
    """Starts or joins a task, and has it answer what it did with job outputs."""
    task = argument["task"]
    start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
        _STAGE_OUT, argument, **start_options(stage_out_id(task), task)
    )
    try:
        answer = await client.execute_update_with_start_workflow(
            _ADD_FILES, {"jobs": jobs}, start_workflow_operation=start
        )
    except Exception:
        # The start fails with the same error; nobody else looks at it.
        start_failed = asyncio.ensure_future(start.workflow_handle())
        start_failed.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise
    return from_wire(AddFilesAnswer, answer)
