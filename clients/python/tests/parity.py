"""Reads CRAB's records, a line of JSON each, and says what this package makes of each: for a comparison with the service."""

from __future__ import annotations

import json
import sys
from typing import Any

from asyncstageout import InvalidRecordsError, read_crab_record
from asyncstageout._start import job_output_id
from asyncstageout._wire import to_wire


def verdict(record: Any) -> Any:
    try:
        good = read_crab_record(record)
    except InvalidRecordsError as error:
        return {"faults": [{"field": fault.field, "rule": fault.rule} for fault in error.faults]}
    voms = {"group": good.group, "role": good.role}
    return {"job": to_wire(good.job), "file": to_wire(good.file), "voms": voms, "workflowId": job_output_id(good.job)}


for line in sys.stdin:
    print(json.dumps(verdict(json.loads(line))))
