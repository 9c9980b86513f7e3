"""How payloads are written: as the service's workers do. A Temporal client of your own has to use :data:`DATA_CONVERTER`."""

from __future__ import annotations

import dataclasses
import gzip
import os
import zlib
from collections.abc import Iterable, Mapping

from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from ._names import NAMES

_COMPRESS_FROM_BYTES = NAMES["limits"]["compressFromBytes"]
_ENCODING = b"binary/gzip"
_MAX_INFLATED_BYTES = 256 * 1024 * 1024
"""What a payload may come to; the service's own limit."""


class CompressionCodec(PayloadCodec):
    """Compresses large payloads whole, metadata included; small ones stay as they are, so that the Temporal UI shows them."""

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Compresses what is worth it."""
        return [self._compress(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Takes compressed payloads and others alike."""
        return [self._decompress(payload) for payload in payloads]

    def _compress(self, payload: Payload) -> Payload:
        if len(payload.data) < _COMPRESS_FROM_BYTES:
            return payload
        # Level 1: three quarters of the gain for a quarter of the time.
        return Payload(metadata={"encoding": _ENCODING}, data=gzip.compress(payload.SerializeToString(), 1))

    def _decompress(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return payload
        # As gzip, but never more than may be: a payload of Temporal's 2 MiB may inflate to a thousand times that.
        inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        whole = inflater.decompress(payload.data, _MAX_INFLATED_BYTES)
        if not inflater.eof:
            raise ValueError(f"a compressed payload is broken, or comes to more than {_MAX_INFLATED_BYTES} bytes")
        return Payload.FromString(whole)


DATA_CONVERTER = dataclasses.replace(DataConverter.default, payload_codec=CompressionCodec())
"""The data converter of a Temporal client that this package is to use."""


class _Chain(PayloadCodec):
    """Writes through codecs in order, reads through them in reverse."""

    def __init__(self, *codecs: PayloadCodec) -> None:
        self._codecs = codecs

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Writes."""
        done = list(payloads)
        for codec in self._codecs:
            done = await codec.encode(done)
        return done

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Reads."""
        done = list(payloads)
        for codec in reversed(self._codecs):
            done = await codec.decode(done)
        return done


def data_converter(environment: Mapping[str, str] | None = None) -> DataConverter:
    """The data converter as configured: with encryption where `ASO_PAYLOAD_KEYS` names a file of keys, the service's own.

    :raises PayloadKeyError: where the keys cannot be read
    """
    path = (os.environ if environment is None else environment).get("ASO_PAYLOAD_KEYS")
    if not path:
        return DATA_CONVERTER
    # The cryptography package is needed by those only who have keys.
    from .encryption import EncryptionCodec, read_key_ring

    return dataclasses.replace(
        DATA_CONVERTER,
        payload_codec=_Chain(CompressionCodec(), EncryptionCodec(read_key_ring(path))),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
