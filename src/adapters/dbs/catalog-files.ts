import { z } from 'zod';
import type { CredentialRef } from '../../domain/file.ts';
import type { CatalogFile } from '../../ports/catalog.ts';
import { catalogUnavailable, rowsFrom, type DbsClient } from './dbs-client.ts';

/** LFNs in one `fileArray` question. */
const LFNS_PER_REQUEST = 500;

/** Who asks which reader, and how long it may take. */
export interface ReaderAccess {
  /** DBSReader's URL. */
  reader: string;
  credential: CredentialRef;
  timeoutMs: number;
}

/** Ids are left out on purpose: they exceed what a JSON number keeps. */
const detailSchema = z.object({
  logical_file_name: z.string(),
  dataset: z.string(),
  block_name: z.string(),
  file_size: z.number(),
  adler32: z.string().nullish(),
  is_file_valid: z.number(),
});
const nameSchema = z.object({ logical_file_name: z.string() });

/** Files that DBS has by LFN, in any block and dataset. @throws PortError as the client */
export async function findCatalogFiles(
  client: DbsClient,
  { reader, credential, timeoutMs }: ReaderAccess,
  lfns: string[],
): Promise<CatalogFile[]> {
  const found: CatalogFile[] = [];
  for (let start = 0; start < lfns.length; start += LFNS_PER_REQUEST) {
    const rows = await rowsFrom(client, {
      service: reader,
      api: 'fileArray',
      credential,
      // GET would take them in the URL, which the front end cuts at 8,190 bytes.
      body: { logical_file_name: lfns.slice(start, start + LFNS_PER_REQUEST), detail: 1 },
      timeoutMs,
    });
    found.push(...rows.map(catalogFile));
  }
  return found;
}

/** LFNs of a block; null where DBS refuses to read its name (the writer does not check names, the reader does). */
export async function lfnsOfBlock(
  client: DbsClient,
  { reader, credential, timeoutMs }: ReaderAccess,
  block: string,
): Promise<string[] | null> {
  const query = { block_name: block };
  const answer = await client({ service: reader, api: 'files', credential, query, timeoutMs });
  return answer.kind === 'refused' ? null : answer.rows.map((row) => checked(nameSchema, row).logical_file_name);
}

function catalogFile(row: unknown): CatalogFile {
  const file = checked(detailSchema, row);
  return {
    lfn: file.logical_file_name,
    dataset: file.dataset,
    block: file.block_name,
    size: file.file_size,
    adler32: file.adler32 ? file.adler32.toLowerCase().padStart(8, '0') : '',
    valid: file.is_file_valid === 1,
  };
}

function checked<Row>(schema: z.ZodType<Row>, row: unknown): Row {
  const parsed = schema.safeParse(row);
  if (!parsed.success) throw catalogUnavailable('DBS answered with a row that is no file');
  return parsed.data;
}
