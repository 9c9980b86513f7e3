/**
 * How a kind of storage answers, as its source code has it: dCache (DcacheResourceFactory, Checksums), XRootD (XrdHttpReq), StoRM
 * (ChecksumFilter), EOS (mgm/http/HttpHandler).
 */
export interface StorageKind {
  /** Methods that the door passes on to a data server. */
  redirects: readonly string[];
  /** When HEAD tells the checksum: never asked for; asked for; asked for by exactly that word. */
  digest: 'always' | 'asked' | 'exact-word';
  /** `Want-Repr-Digest` beside `Want-Digest`: one of the two is looked at. */
  prefers: 'digest' | 'repr-digest';
  /** Knows Adler-32 by RFC 9530 too. */
  reprAdler: boolean;
  stripsZeros: boolean;
  /** Entity tag on HEAD; XRootD has none beside a checksum. */
  etag: 'always' | 'without-digest';
  deleted: { status: number; body?: string };
  htmlErrors: boolean;
}

export const STORAGE_KINDS = {
  dcache: {
    redirects: [],
    digest: 'asked',
    prefers: 'repr-digest',
    reprAdler: false,
    stripsZeros: false,
    etag: 'always',
    deleted: { status: 204 },
    htmlErrors: true,
  },
  xrootd: {
    redirects: ['HEAD', 'GET', 'PUT', 'DELETE'],
    digest: 'asked',
    prefers: 'digest',
    reprAdler: true,
    stripsZeros: false,
    etag: 'without-digest',
    deleted: { status: 200, body: ':-)' },
    htmlErrors: false,
  },
  storm: {
    redirects: [],
    digest: 'always',
    prefers: 'digest',
    reprAdler: false,
    stripsZeros: false,
    etag: 'always',
    deleted: { status: 204 },
    htmlErrors: false,
  },
  eos: {
    redirects: [],
    digest: 'exact-word',
    prefers: 'digest',
    reprAdler: false,
    stripsZeros: true,
    etag: 'always',
    deleted: { status: 204 },
    htmlErrors: false,
  },
} as const satisfies Record<string, StorageKind>;

/** What a door does beside the habits of its kind. */
export type Quirk =
  /** HEAD is refused. */
  | 'no-head'
  /** No checksum is known; `refuses-digest`: asking for one is refused, as XRootD does where none is configured. */
  | 'no-checksum'
  | 'refuses-digest'
  /** HEAD tells no length. */
  | 'no-length'
  /** The checksum is computed behind a first answer of 202. */
  | 'checksum-later'
  /** Knows checksums by RFC 9530 only. */
  | 'rfc-9530'
  /** DELETE heeds `If-Match`, which none of the kinds was seen to do. */
  | 'if-match'
  /** What is not there is gone: 410. */
  | 'gone'
  /** DELETE answers 207; `delete-207-fails`: with a refusal in it, and the file stays. */
  | 'delete-207'
  | 'delete-207-fails'
  /** DELETE answers 202 and does it, or `delete-202-idle` does not. */
  | 'delete-202'
  | 'delete-202-idle'
  /** DELETE answers 200 and fails while it sends the body, or in the trailer behind it, or breaks the answer off. */
  | 'delete-fails-in-body'
  | 'delete-fails-in-trailer'
  | 'delete-breaks-off'
  /** Somebody holds a lock. */
  | 'locked';

/** The habits of one site's storage. */
export interface SiteHabits {
  kind: keyof typeof STORAGE_KINDS;
  quirks?: readonly Quirk[];
}
