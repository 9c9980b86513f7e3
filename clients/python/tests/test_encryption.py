from __future__ import annotations

import asyncio
import base64
import json
import subprocess
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from world import NODE, ROOT

from asyncstageout.codec import data_converter
from asyncstageout.encryption import read_key_ring
from asyncstageout.errors import PayloadKeyError

LINE = f"k1 {base64.b64encode(bytes(range(32))).decode()}"
OTHER = f"k2 {base64.b64encode(bytes(32)).decode()}"
VALUES = ["hush", {"text": "x" * 100_000}]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return key_file(tmp_path, LINE)


def key_file(folder: Path, *lines: str, mode: int = 0o600) -> Path:
    file = folder / "keys"
    file.write_text("\n".join(lines))
    file.chmod(mode)
    return file


def service(way: str, keys: Path, values: object) -> object:
    """Has the service's own codecs do it: values to payloads (base64), or back."""
    command = [NODE, str(ROOT / "test/clients/convert-payloads.ts"), way, str(keys)]
    done = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_payloads_of_the_service_are_read_and_ours_by_it(keys: Path) -> None:
    converter = data_converter({"ASO_PAYLOAD_KEYS": str(keys)})
    theirs = service("encode", keys, VALUES)
    assert isinstance(theirs, list)
    payloads = [Payload.FromString(base64.b64decode(text)) for text in theirs]
    assert all(payload.metadata["encoding"] == b"binary/encrypted" for payload in payloads)
    assert asyncio.run(converter.decode(payloads)) == VALUES
    ours = asyncio.run(converter.encode(VALUES))
    assert b"hush" not in ours[0].data
    assert len(ours[1].data) < 10_000
    assert service("decode", keys, [base64.b64encode(one.SerializeToString()).decode() for one in ours]) == VALUES


def test_what_cannot_be_read_is_an_error_that_says_why(keys: Path, tmp_path: Path) -> None:
    payloads = asyncio.run(data_converter({"ASO_PAYLOAD_KEYS": str(keys)}).encode(["hush"]))
    other = data_converter({"ASO_PAYLOAD_KEYS": str(key_file(tmp_path, OTHER))})
    with pytest.raises(PayloadKeyError, match="encrypted with key 'k1'"):
        asyncio.run(other.decode(payloads))
    same = data_converter({"ASO_PAYLOAD_KEYS": str(key_file(tmp_path, OTHER.replace("k2", "k1")))})
    for cut in (None, 5):
        short = [Payload(metadata=one.metadata, data=one.data[:cut]) for one in payloads]
        with pytest.raises(PayloadKeyError, match="does not open"):
            asyncio.run(same.decode(short))


@pytest.mark.parametrize("lines", [[], ["k1 c2hvcnQ="], [LINE, LINE], [f"a/b {LINE[3:]}"], [f"{LINE} x"]])
def test_a_key_ring_that_is_not_one_is_refused_and_no_key_is_quoted(lines: list[str], tmp_path: Path) -> None:
    with pytest.raises(PayloadKeyError) as error:
        read_key_ring(key_file(tmp_path, *lines))
    assert LINE[3:] not in str(error.value)


def test_a_key_ring_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PayloadKeyError, match="its owner only"):
        read_key_ring(key_file(tmp_path, LINE, mode=0o644))
