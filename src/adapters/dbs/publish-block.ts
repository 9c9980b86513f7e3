import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockToPublish, PublishOutcome } from '../../ports/catalog.ts';
import { PortError } from '../../ports/errors.ts';
import { findCatalogFiles, lfnsOfBlock, type ReaderAccess } from './catalog-files.ts';
import { catalogUnavailable, type DbsAnswer, type DbsClient } from './dbs-client.ts';

/** DBS's code for a block name that it has already. */
const BLOCK_EXISTS = 200;
/** A refusal is believed when it comes twice, with this pause between: 1 s. */
const PAUSE_MS = 1000;

export interface BlockWriter {
  /** DBSWriter's URL. */
  writer: string;
  /** For POSTs, milliseconds. */
  timeoutMs: number;
}

/**
 * Inserts a block exactly once. DBS inserts block and files in one transaction under unique names, so what counts is what
 * it lists afterwards, never the answer: a 200 may stand for an empty block, an error for one whose answer was lost.
 * @throws PortError `CatalogUnavailable`, retryable: the outcome may be unknown; send the same block again
 */
export async function publishOnce(
  client: DbsClient,
  writer: BlockWriter,
  access: ReaderAccess,
  block: BlockToPublish,
  dump: object,
): Promise<PublishOutcome> {
  const outcome = await attempt(client, writer, access, block, dump);
  if (outcome.kind !== 'refused') return outcome;
  // An earlier POST of this block may still be running and be what this one collided with ("concurrency error").
  await sleep(PAUSE_MS);
  return attempt(client, writer, access, block, dump);
}

async function attempt(
  client: DbsClient,
  { writer, timeoutMs }: BlockWriter,
  access: ReaderAccess,
  block: BlockToPublish,
  dump: object,
): Promise<PublishOutcome> {
  const { credential } = access;
  const call = { service: writer, api: 'bulkblocks', credential, body: dump, compress: true, timeoutMs };
  const answer = await client(call).catch(transientFailure);

  const lfns = block.files.map(({ lfn }) => lfn);
  const listed = await lfnsOfBlock(client, access, block.name);
  if (listed && isSameSet(listed, lfns)) return { kind: 'published' };
  return explain(client, access, block.name, lfns, answer);
}

/**
 * DBS does not list exactly our files under the block's name: where are they? That is asked after failures that waiting may heal, too: Oracle's
 * ORA-00001 may be about a file that another block has, and would then come for ever.
 */
async function explain(
  client: DbsClient,
  access: ReaderAccess,
  blockName: string,
  lfns: string[],
  answer: DbsAnswer | PortError,
): Promise<PublishOutcome> {
  const files = await findCatalogFiles(client, access, lfns);
  const inBlock = files.filter(({ block }) => block === blockName).map(({ lfn }) => lfn);
  // A name that the reader refuses to list is looked for the other way round.
  if (isSameSet(inBlock, lfns)) return { kind: 'published' };
  if (files.length > 0) return { kind: 'present', files };
  if (answer instanceof PortError) throw answer;
  if (answer.kind === 'rows' || answer.code === BLOCK_EXISTS) {
    throw catalogUnavailable(`DBS says it has block ${blockName} but does not show its files`);
  }
  return { kind: 'refused', code: answer.code, reason: answer.reason };
}

/** What waiting may heal is kept until it is known whether the block got in. */
function transientFailure(error: unknown): PortError {
  if (error instanceof PortError && error.retryable) return error;
  throw error;
}

function isSameSet(some: string[], others: string[]): boolean {
  const left = new Set(some);
  const right = new Set(others);
  return left.size === right.size && [...left].every((lfn) => right.has(lfn));
}
