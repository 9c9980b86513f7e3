/** What one addFiles message may hold, as JSON: a task takes many of them, and one that is too large would stop it. */
export const MESSAGE_BYTES = 256 * 1024;
/**
 * Payloads below stay as they are, so that the Temporal UI shows them: whatever is about one job output. Larger ones, lists of dozens of files, are
 * compressed, `encoding` being `binary/gzip`: a quarter of what a burst leaves in histories (docs/performance.md).
 */
export const COMPRESS_FROM_BYTES = 4 * 1024;
/** PostgreSQL's limit for ids, in characters. */
export const ID_MAX = 255;
