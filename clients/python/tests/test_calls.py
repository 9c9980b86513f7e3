"""What Temporal answers, in our words, where no server is at hand that answers so when it is asked."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from asyncstageout._calls import across_turnover, answer_of, answer_of_start
from asyncstageout.errors import TaskEndedError, TaskNotFoundError, TemporalUnreachableError

TASK = "261123_101500:alice_crab_x"


class Answers:
    """A call that is answered with these, one after the other."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    async def __call__(self) -> object:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def not_found(message: str) -> RPCError:
    return RPCError(message, RPCStatusCode.NOT_FOUND, b"")


def test_what_is_not_found_where_it_would_be_started_is_temporal_that_is_not_well() -> None:
    missing = not_found("workflow not found for ID: task")
    with pytest.raises(TaskNotFoundError):
        asyncio.run(answer_of(TASK, Answers(missing)))
    with pytest.raises(TemporalUnreachableError, match="nothing is done twice"):
        asyncio.run(answer_of_start(TASK, Answers(missing)))
    with pytest.raises(TaskEndedError):
        asyncio.run(answer_of_start(TASK, Answers(not_found("workflow execution already completed"))))


def test_an_answer_that_a_reset_cut_off_is_asked_for_again_and_a_refusal_is_not() -> None:
    cut_off = WorkflowUpdateFailedError(ApplicationError("ended before", type="AcceptedUpdateCompletedWorkflow"))
    assert asyncio.run(across_turnover(Answers(cut_off, "done"))) == "done"
    refused = WorkflowUpdateFailedError(ApplicationError("nothing to cancel", type="BadMessage"))
    with pytest.raises(WorkflowUpdateFailedError):
        asyncio.run(across_turnover(Answers(refused, "done")))
