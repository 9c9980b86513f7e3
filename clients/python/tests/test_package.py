"""The package runs on every Python that Temporal's own package supports, and says so."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pathlib import Path

PROJECT = (Path(__file__).resolve().parents[1] / "pyproject.toml").read_text("utf-8")


def test_it_supports_what_temporalio_supports() -> None:
    theirs = metadata("temporalio")
    assert f'requires-python = "{theirs["Requires-Python"]}"' in PROJECT
    pythons = [name for name in theirs.get_all("Classifier") or [] if re.search(r"Python :: 3\.\d", name)]
    assert pythons
    assert [name for name in pythons if f'"{name}"' not in PROJECT] == []
