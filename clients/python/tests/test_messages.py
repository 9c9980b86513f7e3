"""Messages as Temporal has them, read back from histories, against the schemas."""

from __future__ import annotations

import asyncio
from typing import Any

from jsonschema import Draft202012Validator
from world import World

import asyncstageout
from asyncstageout import AsyncClient, job_output

REFUSED = "DESTINATION [1] HTTP 403 : Permission refused"


def test_what_is_sent_and_answered_is_as_the_schemas_say(world: World) -> None:
    """Reads the messages back from the histories, as Temporal has them."""

    async def check() -> None:
        aso = await AsyncClient.connect()
        task = world.task()
        world.fault(task, {"fail": REFUSED}, lfn="out1")
        output = job_output(world.job(task, jobId="1", outputs=2, log=True, publish=True))
        await aso.run_job(output)
        await aso.add_files([output])
        await aso.report_job(output)
        await aso.retry(task, what="publication")
        await aso.retry(task, classes=["space", "permission"], sources=["T2_IT_Pisa"], destinations=["T2_CH_CERN"])
        await aso.publish(task, jobs=["1"])
        await aso.set_priority(task, 5)
        await aso.cancel(task, reason="over", by="alice")
        temporal = aso.temporal
        status = await temporal.get_workflow_handle(f"task/{task}").query("status")
        valid("TaskStatus", status)
        await aso.close(task)
        totals = await temporal.get_workflow_handle(f"task/{task}").result()
        valid("TaskTotals", totals)
        seen = {*await messages(temporal, f"task/{task}"), *await messages(temporal, f"task/{task}/job/1/0")}
        assert seen == {
            *("StartTask", "JobOutputInput", "JobOutcome", "addFiles", "publish", "cancel", "retry", "TaskTotals"),
            *("priority", "AddFilesAnswer", "SelectionAnswer"),
        }

    def valid(name: str, value: Any) -> str:
        Draft202012Validator(asyncstageout.json_schema(name)).validate(value)
        return name

    async def decoded(payloads: Any) -> Any:
        return (await asyncstageout.DATA_CONVERTER.decode(payloads.payloads))[0]

    async def messages(temporal: Any, workflow_id: str) -> list[str]:
        first = {"task": ("StartTask", "TaskTotals"), "job": ("JobOutputInput", "JobOutcome")}
        start, end = first["job" if "/job/" in workflow_id else "task"]
        seen: list[str] = []
        answers: dict[str, str] = {}
        async for event in temporal.get_workflow_handle(workflow_id).fetch_history_events():
            if event.HasField("workflow_execution_started_event_attributes"):
                seen.append(valid(start, await decoded(event.workflow_execution_started_event_attributes.input)))
            elif event.HasField("workflow_execution_completed_event_attributes"):
                seen.append(valid(end, await decoded(event.workflow_execution_completed_event_attributes.result)))
            elif event.HasField("workflow_execution_signaled_event_attributes"):
                signal = event.workflow_execution_signaled_event_attributes
                if signal.signal_name == "addFiles":
                    seen.append(valid("addFiles", await decoded(signal.input)))
            elif event.HasField("workflow_execution_update_accepted_event_attributes"):
                request = event.workflow_execution_update_accepted_event_attributes.accepted_request
                name = request.input.name
                answers[request.meta.update_id] = "AddFilesAnswer" if name == "addFiles" else "SelectionAnswer"
                if name != "close":
                    seen.append(valid(name, await decoded(request.input.args)))
            elif event.HasField("workflow_execution_update_completed_event_attributes"):
                update = event.workflow_execution_update_completed_event_attributes
                value = await decoded(update.outcome.success)
                if value is not None:
                    seen.append(valid(answers[update.meta.update_id], value))
        return seen

    asyncio.run(check())
