"""Waits at the end of the process until Temporal's own threads have left Python.

Temporal's client delivers an answer from a thread of its own, which may still be in Python when the program has that answer and ends. A
thread that the end of the interpreter meets there ends the process by a signal, whatever its exit code was (temporalio/sdk-python#300).
"""

from __future__ import annotations

import atexit
import sys
import threading
import time

_AT_MOST = 2.0
"""Seconds; a thread of somebody else's that stays in Python keeps no process from ending."""
_AFTER_CANCEL = 0.1
"""Seconds that a cancelled call is given: Temporal's thread comes to ask whether it was, and nothing tells when it has."""

_cancelled_at = float("-inf")


def call_was_cancelled() -> None:
    """Says that a call was given up before its answer."""
    global _cancelled_at
    _cancelled_at = time.monotonic()


def _leave() -> None:
    end = time.monotonic() + _AT_MOST
    time.sleep(max(0.0, _cancelled_at + _AFTER_CANCEL - time.monotonic()))
    while _others_in_python() and time.monotonic() < end:
        time.sleep(0.001)


def _others_in_python() -> bool:
    """Whether a thread that Python has not started is in the midst of Python code."""
    return not sys._current_frames().keys() <= {thread.ident for thread in threading.enumerate()}


atexit.register(_leave)
