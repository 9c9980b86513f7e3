import type { Payload } from '@temporalio/common';

/** How a payload is written, as its metadata says; empty where it does not. */
export const encodingOf = (payload: Payload): string => textOf(payload.metadata?.['encoding']);

/** An entry of a payload's metadata as text. */
export const textOf = (bytes: Uint8Array | null | undefined): string => new TextDecoder().decode(bytes ?? undefined);
