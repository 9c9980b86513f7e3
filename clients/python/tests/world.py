"""The world that tests run in: a process that serves Temporal, workers and simulators, and does what it is asked to."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
NODE = os.environ.get("ASO_NODE", "node")


class World:
    """Ends with the last reference to its input, so also where the tests are killed."""

    def __init__(self) -> None:
        command = [NODE, str(ROOT / "test/clients/serve-world.ts")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lock = threading.Lock()
        self.environment: dict[str, str] = self._read()

    def task(self) -> str:
        """A task that CRAB knows."""
        name: str = self.ask("task")
        return name

    def job(self, task: str, **options: Any) -> list[dict[str, Any]]:
        """CRAB's records of a job, whose files lie at its site: one output and no log unless asked otherwise."""
        records: list[dict[str, Any]] = self.ask("job", task=task, options={"publish": False, **options})
        return records

    def fault(self, task: str, outcome: Any, lfn: str = "", **when: Any) -> None:
        self.ask("fault", task=task, lfn=lfn, fault={"outcome": outcome, **when})

    def copies(self, task: str) -> list[str]:
        states: list[str] = self.ask("copies", task=task)
        return states

    def published(self, task: str) -> list[str]:
        lfns: list[str] = self.ask("published", task=task)
        return lfns

    def ask(self, what: str, **request: Any) -> Any:
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"do": what, **request}) + "\n")
            self._process.stdin.flush()
            answer = self._read()
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["value"]

    def close(self) -> None:
        """Ends it; it fails where a workflow does not replay."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=120) == 0

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the world has ended with {self._process.wait()}")
        return json.loads(line)


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for something to become so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        # Not more often: some ask by updates, and a task does not end while it is asked again and again.
        time.sleep(0.5)
