import type { BulkBlocksRecord } from './bulkblocks-record.ts';
import { BULKBLOCKS, DbsError } from './dbs-error.ts';
import type { InsertContext } from './insert-dataset.ts';
import { isWritable } from './lexicon.ts';
import type { Tables } from './tables.ts';

type FileRecord = BulkBlocksRecord['files'][number];

/**
 * Stores a block's files and lumis; tells the files' ids by LFN.
 * @throws DbsError 310 for whatever is wrong with any file, without saying what or which; 201, 311
 */
export function insertFiles(
  context: InsertContext,
  record: BulkBlocksRecord,
  datasetId: number,
  blockId: number,
): Map<string, number> {
  const { tables, hash, now } = context;
  for (const { file_type: name } of record.files) {
    const message = `${hash} unable to find file_type_id for {FILE_TYPE_ID:0 FILE_TYPE:}`;
    if (name === '') throw new DbsError(201, message, BULKBLOCKS, 'validation error');
    tables.insert('names', { kind: 'file_type', name }, 'IGNORE');
  }

  const ids = new Map<string, number>();
  const stamp = BigInt(Date.now()) * 1_000_000n;
  // The server takes the files' flags in order only until the first 1, which then holds for all that follow.
  let valid = context.allFilesValid ? 1 : 0;
  for (const [index, file] of record.files.entries()) {
    if (valid === 0) valid = file.is_file_valid;
    if (context.keepKnownFiles && isKnownFile(tables, file)) continue;
    if (!isAcceptable(tables, file) || (valid !== 0 && valid !== 1)) throw fileRefusal(hash);
    const author = file.last_modified_by || context.createBy;
    const id = tables.insert('files', {
      shown_id: String(stamp + BigInt(index)),
      logical_file_name: file.logical_file_name,
      is_file_valid: valid,
      dataset_id: datasetId,
      block_id: blockId,
      file_type: file.file_type,
      check_sum: file.check_sum,
      event_count: file.event_count,
      file_size: file.file_size,
      adler32: file.adler32,
      md5: file.md5,
      auto_cross_section: file.auto_cross_section,
      creation_date: now,
      create_by: author,
      last_modification_date: now,
      last_modified_by: author,
    });
    ids.set(file.logical_file_name, id);
  }
  insertLumis(context, record, ids);
  return ids;
}

function isAcceptable(tables: Tables, file: FileRecord): boolean {
  return (
    isWritable('logicalFileName', file.logical_file_name) &&
    file.check_sum !== '' &&
    file.adler32 !== '' &&
    file.file_size > 0 &&
    // Sees the files of this block too: the same LFN twice in one block.
    !isKnownFile(tables, file)
  );
}

const isKnownFile = (tables: Tables, { logical_file_name: lfn }: FileRecord): boolean =>
  tables.get('SELECT 1 FROM files WHERE logical_file_name = ?', lfn) !== undefined;

/** All that DBS tells of a bad file. */
function fileRefusal(hash: string): DbsError {
  const where = 'dbs.bulkblocks.insertFilesViaChunks';
  const cause = new DbsError(310, 'unable to insert file record', where, 'concurrency error');
  return new DbsError(310, `${hash} unable to insert files, error ${cause.message}`, BULKBLOCKS, cause);
}

function insertLumis(
  { tables, hash }: InsertContext,
  record: BulkBlocksRecord,
  ids: ReadonlyMap<string, number>,
): void {
  // The same lumi twice in one file is dropped.
  const insert = tables.prepare('INSERT OR IGNORE INTO file_lumis VALUES (?, ?, ?, ?)');
  for (const { logical_file_name: lfn, file_lumi_list: lumis } of record.files) {
    const fileId = ids.get(lfn);
    if (fileId === undefined) continue;
    for (const { run_num: run, lumi_section_num: lumi, event_count: events } of lumis) {
      if (run === 0 || lumi === 0) {
        throw new DbsError(311, `${hash} unable to insert FileLumis record`, BULKBLOCKS, 'validation error');
      }
      insert(fileId, run, lumi, events);
    }
  }
}
