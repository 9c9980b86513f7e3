import { uuid5 } from '../digest.ts';

/** What a block's name depends on of each of its files. */
export interface NamedFile {
  lfn: string;
  size: number;
  adler32: string | null;
}

/**
 * The name of a block: `<dataset>#<uuid>`. Other files make another name. A workflow that stands where it stood before, because Temporal's
 * database was restored, draws the same random numbers again: a name of these alone would be that of a block which DBS has, with other files.
 * @param salt so that the same files tried anew are another block
 */
export function blockName(dataset: string, salt: string, files: readonly NamedFile[]): string {
  const content = files.map(({ lfn, size, adler32 }) => `${lfn} ${size} ${adler32}`).sort();
  return `${dataset}#${uuid5(salt, content.join('\n'))}`;
}
