"""docs/crab.md, which is what CRAB's people read: every public name is there, and every call with all its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import asyncstageout

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "crab.md").read_text("utf-8")
CLIENTS = (asyncstageout.Client, asyncstageout.AsyncClient)


def written(name: str, call: Callable[..., Any]) -> str:
    """A call as the page has it: without types."""
    signature = inspect.signature(call)
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values() if p.name != "self"]
    return name + str(inspect.Signature(bare))


def calls_of(client: type) -> dict[str, Callable[..., Any]]:
    """Public methods; how to connect is a matter of its own."""
    methods = inspect.getmembers(client, inspect.isfunction)
    return {name: method for name, method in methods if not name.startswith("_") and name != "disconnect"}


@pytest.mark.parametrize("client", CLIENTS)
def test_every_call_is_there_with_its_arguments(client: type) -> None:
    calls = [written(name, call) for name, call in calls_of(client).items()]
    assert [call for call in calls if f"`{call}`" not in PAGE] == []


def test_every_function_is_there_with_its_arguments() -> None:
    functions = {name: getattr(asyncstageout, name) for name in asyncstageout.__all__}
    calls = [written(name, function) for name, function in functions.items() if inspect.isfunction(function)]
    assert len(calls) > 3
    assert [call for call in calls if f"`{call}`" not in PAGE] == []


def test_every_public_name_is_there() -> None:
    assert [name for name in asyncstageout.__all__ if f"`{name}" not in PAGE] == []


def test_every_part_of_a_selection_is_there() -> None:
    assert [name for name in asyncstageout.Selection.__annotations__ if f"`{name}`" not in PAGE] == []


def test_both_clients_have_the_same_calls() -> None:
    blocking, coroutines = (calls_of(client) for client in CLIENTS)
    assert [written(*call) for call in blocking.items()] == [written(*call) for call in coroutines.items()]
