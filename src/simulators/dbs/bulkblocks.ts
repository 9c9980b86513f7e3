import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BULK_BLOCKS, type BulkBlocksRecord } from './bulkblocks-record.ts';
import { BULKBLOCKS, DbsError } from './dbs-error.ts';
import { decodeGoJson, GoJsonError } from './go-json.ts';
import { findParents, insertBlock, isKnownBlock, refuseKnownBlock } from './insert-block.ts';
import { insertConfigurations, insertDataset, type InsertContext } from './insert-dataset.ts';
import type { InsertFaults } from './insert-faults.ts';
import type { Tables } from './tables.ts';

/**
 * Inserts a block with its files. On the server's concurrent path configurations, eras and the dataset are committed first and
 * stay; block, files, lumis and parents come last, all or nothing.
 *
 * @param createBy who wrote it, where the body does not say
 * @throws DbsError with the code and texts of the real refusal; another error where a scripted death drops the connection
 */
export async function insertBulkBlocks(
  tables: Tables,
  faults: InsertFaults,
  body: Buffer,
  createBy: string,
): Promise<void> {
  const text = body.toString('utf8');
  const record = decodeRecord(text);
  const { dataset } = record.dataset;
  const context: InsertContext = {
    tables,
    hash: `request ${createHash('sha256').update(body).digest('hex')}`,
    createBy,
    now: Math.floor(Date.now() / 1000),
    allFilesValid: !text.includes('is_file_valid'),
    keepKnownFiles: faults.isSequential(dataset),
  };

  if (context.keepKnownFiles) return insertSequentially(context, record);
  const parents = findParents(tables, record);
  refuseKnownBlock(tables, record.block.block_name);
  if (faults.takeTransient(dataset)) throw lostRace(context.hash);
  insertConfigurations(context, record);
  const datasetId = insertDataset(context, record);

  const dies = faults.takeDeath(dataset);
  const delayMs = faults.delayOf(dataset);
  if (delayMs > 0) await sleep(delayMs);
  if (dies) throw new Error('the server died in mid-insert');
  insertBlock(context, record, datasetId, parents);
}

/** The server's other path: all in one transaction, and what is there already is passed over in silence. */
function insertSequentially(context: InsertContext, record: BulkBlocksRecord): void {
  const { tables } = context;
  if (isKnownBlock(tables, record.block.block_name)) return;
  tables.transaction(() => {
    const parents = findParents(tables, record);
    insertConfigurations(context, record);
    insertBlock(context, record, insertDataset(context, record), parents);
  });
}

function decodeRecord(text: string): BulkBlocksRecord {
  try {
    return decodeGoJson(text, BULK_BLOCKS);
  } catch (error) {
    if (!(error instanceof GoJsonError)) throw error;
    throw new DbsError(122, 'unable to decode bulk blocks record', BULKBLOCKS, error.message);
  }
}

/** Two writers made the same common row, and Oracle told this one: a retry finds the row. */
function lostRace(hash: string): DbsError {
  const oracle = 'ORA-00001: unique constraint (CMS_DBS3_PROD_PHYS03_OWNER.TUC_OMC_1) violated\n';
  const inner = 'dbs.outputconfigs.Insert';
  const cause = new DbsError(317, 'unable to insert output config record', inner, oracle);
  return new DbsError(317, hash, 'dbs.bulkblocks.insertDatasetConfigurations', cause);
}
