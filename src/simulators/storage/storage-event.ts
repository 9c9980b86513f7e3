import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import type { StoragePlace } from './site-folders.ts';

/** What somebody did at a door, or was told there. */
export interface StorageEvent {
  /** Epoch ms; when the door had done it. */
  readonly at: number;
  readonly site: string;
  readonly lfn: string;
  /** GET is not noted: it changes nothing, and tells no checksum. */
  readonly method: string;
  /** Who asked, as its User-Agent header says. */
  readonly client: string | null;
  /** HTTP status. */
  readonly status: number;
  /** What HEAD was told: bytes, and Adler-32 in 8 hex digits. */
  readonly size: number | null;
  readonly adler32: string | null;
}

/** What is noted of a request and its answer; null where that is nothing. */
export function eventOf(
  { method, headers: asked }: SimulatedRequest,
  { site, lfn }: StoragePlace,
  { status, headers = {} }: SimulatedAnswer,
): StorageEvent | null {
  if (!['HEAD', 'PUT', 'DELETE'].includes(method)) return null;
  const told = method === 'HEAD' && status === 200;
  const [, sum = null] = /adler32=([0-9a-f]{8})/.exec(headers['digest'] ?? '') ?? [];
  return {
    ...{ at: Date.now(), site, lfn, method, client: asked['user-agent'] ?? null, status },
    size: told ? Number(headers['content-length']) : null,
    adler32: told ? sum : null,
  };
}
