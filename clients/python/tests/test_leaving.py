"""The end of a process that used the client: its exit code is its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from world import World

SLOW = """
import asyncio.selector_events, sys, threading, time
import asyncstageout

wake = asyncio.selector_events.BaseSelectorEventLoop._write_to_self
def slow_wake(loop):
    wake(loop)
    # As where the machine is busy: Temporal's thread has delivered an answer, and is not gone yet.
    if threading.get_ident() not in {thread.ident for thread in threading.enumerate()}:
        time.sleep(0.01)
asyncio.selector_events.BaseSelectorEventLoop._write_to_self = slow_wake
"""
BLOCKING = """
with asyncstageout.Client():
    pass
sys.exit(4)
"""
ASYNC = """
asyncio.run(asyncstageout.AsyncClient.connect())
sys.exit(4)
"""


@pytest.mark.parametrize("use", [BLOCKING, ASYNC])
def test_a_thread_of_temporals_that_is_late_does_not_end_the_process(world: World, use: str) -> None:
    source = str(Path(__file__).resolve().parents[1] / "src")
    for _ in range(3):
        process = subprocess.run(
            [sys.executable, "-c", SLOW + use],
            env={**os.environ, "PYTHONPATH": source},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert process.returncode == 4, process.stderr
