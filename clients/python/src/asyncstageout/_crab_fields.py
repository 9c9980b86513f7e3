"""How each field of CRAB's records is read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from .errors import RecordFault
from .rules import is_count, is_job_id, is_voms_name


class _Broken(Exception):
    """The field breaks this rule."""


def read_fields(record: Mapping[Any, Any]) -> tuple[dict[str, Any], list[RecordFault]]:
    """The fields that the service knows, and what is wrong with them; they are whole only where that is nothing."""
    fields: dict[str, Any] = {}
    faults: list[RecordFault] = []
    for name, (read, required) in _FIELDS.items():
        try:
            if name not in record and required:
                raise _Broken("required")
            fields[name] = read(record.get(name))
        except _Broken as broken:
            where = f"{name}.adler32" if str(broken) == "adler32" else name
            faults.append(RecordFault(where, str(broken)))
    return fields, faults


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Broken("text")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: float) -> float:
    """1.0 and 1 are the same number in JSON."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(value: Any) -> float:
    """CRAB writes numbers; what has gone through its database and forms may be digits in a text."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value):
        return int(value)
    if not _is_number(value):
        raise _Broken("number")
    return _whole(value)


def _retry_count(value: object) -> float:
    count = _number(value)
    if not is_count(count):
        raise _Broken("retry-count")
    return count


def _job_id(value: Any) -> str:
    text = value if isinstance(value, str) else str(_whole(value)) if _is_number(value) else ""
    if not is_job_id(text):
        raise _Broken("job-id")
    return text


def _voms_name(value: object) -> str:
    """CRAB writes ``NULL``, or nothing, for plain membership."""
    if value is None:
        return ""
    if not isinstance(value, str) or not is_voms_name(value):
        raise _Broken("voms")
    return "" if value.lower() in ("null", "none") else value


def _flag(value: object) -> bool:
    if value in (0, 1):
        return bool(value)
    if value in ("0", "1"):
        return value == "1"
    raise _Broken("flag")


def _checksums(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _Broken("object")
    adler32 = value.get("adler32")
    if adler32 is not None and not isinstance(adler32, str):
        raise _Broken("adler32")
    return adler32


def _one_of(*allowed: str, rule: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        raise _Broken(rule)

    return read


_FIELDS: dict[str, tuple[Callable[[Any], Any], bool]] = {
    "id": (_text, True),
    "username": (_text, True),
    "group": (_voms_name, False),
    "role": (_voms_name, False),
    "taskname": (_text, True),
    "start_time": (_number, True),
    "destination": (_text, True),
    "destination_lfn": (_text, True),
    "source": (_text, True),
    "source_lfn": (_text, True),
    "filesize": (_number, True),
    "publish": (_flag, True),
    "transfer_state": (_one_of("NEW", "DONE", rule="transfer-state"), True),
    "publication_state": (_one_of("NEW", "RETRY", "NOT_REQUIRED", rule="publication-state"), True),
    "job_id": (_job_id, True),
    "job_retry_count": (_retry_count, True),
    "type": (_one_of("output", "log", rule="file-type"), True),
    "publishname": (_text_or_none, False),
    "checksums": (_checksums, False),
    "outputdataset": (_text_or_none, False),
}
"""How each field is read, and whether it must be there; in the order in which faults are told."""
