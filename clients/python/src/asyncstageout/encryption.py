"""Payloads encrypted as the service's workers encrypt them: AES-256-GCM, the key's id in the metadata. Needs `asyncstageout[encryption]`."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from .errors import PayloadKeyError

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError as error:  # pragma: no cover
    raise ImportError("ASO_PAYLOAD_KEYS is set: install asyncstageout[encryption]") from error

_ENCODING = b"binary/encrypted"
_KEY_ID = "encryption-key-id"
_KEY_BYTES = 32
_NONCE_BYTES = 12


def read_key_ring(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """Reads keys by id, the first one for what is written: a line `<id> <base64 of 32 bytes>` each.

    :raises PayloadKeyError: where it is no such file, or others may read it; it never quotes a key
    """
    file = Path(path)
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise PayloadKeyError(f"{file} may be used by its owner only (chmod 600)")
        lines = file.read_text().splitlines()
    except OSError as error:
        raise PayloadKeyError(f"{file} cannot be read: {error.strerror}") from None
    keys: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        name, text = words[0], " ".join(words[1:])
        if not re.fullmatch(r"[\w.-]{1,64}", name, re.ASCII) or name in keys:
            raise PayloadKeyError(
                f"{file}, line {number}: an id is at most 64 letters, digits and any of _ . -, each once"
            )
        keys[name] = _key_in(text, f"{file}, line {number}")
    if not keys:
        raise PayloadKeyError(f"{file} has no key")
    return keys


def _key_in(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise PayloadKeyError(f"{where}: behind the id stands the base64 of {_KEY_BYTES} bytes")
    return key


class EncryptionCodec(PayloadCodec):
    """Encrypts payloads whole, metadata included; what is not encrypted passes through when it is read."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        """Takes keys by id; the first one encrypts, all decrypt."""
        self._current = next(iter(keys))
        self._keys = {name: AESGCM(key) for name, key in keys.items()}

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Encrypts all."""
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Takes encrypted payloads and others alike.

        :raises PayloadKeyError: where a payload cannot be read with these keys
        """
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        name = self._current.encode()
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(nonce, payload.SerializeToString(), name)
        return Payload(metadata={"encoding": _ENCODING, _KEY_ID: name}, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return payload
        name = payload.metadata.get(_KEY_ID, b"").decode(errors="replace")[:64]
        key = self._keys.get(name)
        if key is None:
            raise PayloadKeyError(
                f"a payload is encrypted with key {name!r}, which the file of ASO_PAYLOAD_KEYS does not have"
            )
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            return Payload.FromString(key.decrypt(nonce, sealed, name.encode()))
        except (InvalidTag, ValueError):
            raise PayloadKeyError(
                f"a payload does not open with key {name!r}: it was changed, or another key had this id"
            ) from None
