import { FtsRefusal, internalError } from './answers.ts';
import type { PlannedFile, SubmissionRules } from './submission.ts';
import {
  invalidValue,
  isDictionary,
  iterate,
  malformed,
  pythonType,
  toInt,
  toMetadata,
  toSize,
  toSurl,
  type Dictionary,
  type Surl,
} from './submission-values.ts';

/** A file whose checksum was not looked at yet: it may be anything. */
export type UncheckedFile = Omit<PlannedFile, 'checksum'> & { checksum: unknown };

/** The pairs of one entry: every source with every destination. @throws FtsRefusal 400, 500 */
export function planFiles(
  entry: unknown,
  index: number,
  jobState: string,
  isMultihop: boolean,
  rules: SubmissionRules,
): UncheckedFile[] {
  if (!isDictionary(entry)) throw internalError();
  if (!('sources' in entry)) throw new FtsRefusal(400, "Missing parameter: 'sources'");
  const sources = iterate(entry['sources']);
  const pairs = sources.flatMap((text): [Surl, Surl][] => {
    const source = toSurl(text);
    if (!('destinations' in entry)) throw new FtsRefusal(400, "Missing parameter: 'destinations'");
    return iterate(entry['destinations']).map((destination) => [source, toSurl(destination)]);
  });
  const metadataOf = (name: string, limit: number): Dictionary | null =>
    (entry[name] ?? null) === null ? null : toMetadata(entry[name], limit);
  return pairs.map(([source, destination]) => ({
    index,
    source: source.text,
    destination: destination.text,
    sourceSe: rules.storageOf?.(source.text) ?? source.storage,
    destinationSe: rules.storageOf?.(destination.text) ?? destination.storage,
    state: sources.length > 1 || isMultihop ? 'NOT_USED' : jobState,
    userSize: toSize(entry['filesize']),
    selectionStrategy: (entry['selection_strategy'] ?? 'auto') as string,
    checksum: entry['checksum'] ?? null,
    metadata: metadataOf('metadata', rules.fileMetadataLimit),
    stagingMetadata: metadataOf('staging_metadata', 1024),
    archiveMetadata: metadataOf('archive_metadata', 1024),
    activity: (entry['activity'] ?? 'default') as string,
    scitag: scitagOf(entry['scitag'] ?? null),
  }));
}

function scitagOf(value: unknown): number | null {
  if (value === null) return null;
  const tag = toInt(value);
  if (tag < 65 || tag > 65_535) throw invalidValue(`Invalid SciTag value: ${tag} (not in [65, 65535] range)`);
  return tag;
}

/** FTS's letter. Left to FTS, the last file that names a checksum at all decides. @throws FtsRefusal 400, 500 */
export function verifyChecksumOf(value: unknown, files: readonly UncheckedFile[]): string {
  let hasChecksum = false;
  for (const { checksum } of files) {
    if (checksum === null) continue;
    if (typeof checksum !== 'string') throw malformed(`object of type '${pythonType(checksum)}' has no len()`);
    hasChecksum = checksum.length > 0;
  }
  if (typeof value === 'boolean') return value ? 'b' : hasChecksum ? 't' : 'n';
  if (typeof value !== 'string') throw malformed(`'${pythonType(value)}' object is not subscriptable`);
  // An empty text is an index error, which FTS does not catch.
  if (value === '') throw internalError();
  return value.charAt(0);
}
