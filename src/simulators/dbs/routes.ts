import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import { blockdump } from './blockdump.ts';
import { insertBulkBlocks } from './bulkblocks.ts';
import { DbsError, MEANINGS } from './dbs-error.ts';
import { encodeRows, unpackBody } from './encoding.ts';
import type { InsertFaults } from './insert-faults.ts';
import { readPayload, readQuery } from './parameters.ts';
import { blocks, datasets, files, outputconfigs, type ReadApi } from './read-apis.ts';
import type { Tables } from './tables.ts';
import { updateDatasets, updateFiles } from './validity.ts';

/** What the APIs work on. */
export interface DbsInstance {
  tables: Tables;
  faults: InsertFaults;
}

/** Answers one call of an API with the JSON text of its body. */
type Route = (instance: DbsInstance, request: SimulatedRequest) => string | Promise<string>;

const isNdjson = (request: SimulatedRequest) => request.headers.accept === 'application/ndjson';

const read =
  (name: string, api: ReadApi): Route =>
  ({ tables }, request) =>
    encodeRows(api(tables, readQuery(name, request.query)), isNdjson(request));

const dump: Route = ({ tables }, request) => JSON.stringify(blockdump(tables, readQuery('blockdump', request.query)));

const fileArray: Route = async ({ tables }, request) => {
  refuseOtherContent(request);
  const body = await request.body();
  // A packed body is looked at and then not used: this API reads what arrived.
  unpackBody(request.headers, body);
  return encodeRows(files(tables, readPayload(body)), isNdjson(request));
};

const insert: Route = async ({ tables, faults }, request) => {
  refuseOtherContent(request);
  const body = unpackBody(request.headers, await request.body());
  await insertBulkBlocks(tables, faults, body, authorOf(request));
  return '[]';
};

const update =
  (change: typeof updateFiles): Route =>
  async ({ tables }, request) => {
    const query = [...request.query].map(([name, value]) => [name, [value]] as const);
    change(tables, new Map([...query, ...readPayload(await request.body())]), authorOf(request));
    return '[]';
  };

const health: Route = () => '[{"status":200}]';
const info: Route = () => JSON.stringify([{ server: 'dbs2go simulator', dbs_version: 'simulator' }]);
const errors: Route = () =>
  JSON.stringify(Object.entries(MEANINGS).map(([code, meaning]) => ({ code: Number(code), meaning })));

const COMMON = {
  blocks: { GET: read('blocks', blocks) },
  files: { GET: read('files', files) },
  datasets: { GET: read('datasets', datasets) },
  outputconfigs: { GET: read('outputconfigs', outputconfigs) },
  healthz: { GET: health },
  serverinfo: { GET: info },
  errors: { GET: errors },
};

/** The APIs of each server, by name and method. */
export const ROUTES: Record<string, Record<string, Record<string, Route>>> = {
  DBSReader: { ...COMMON, blockdump: { GET: dump }, fileArray: { POST: fileArray } },
  DBSWriter: {
    ...COMMON,
    bulkblocks: { POST: insert },
    files: { ...COMMON.files, PUT: update(updateFiles) },
    datasets: { ...COMMON.datasets, PUT: update(updateDatasets) },
  },
};

/** What the server answers besides its own refusals: no such path, no such method. */
export const NOT_FOUND: SimulatedAnswer = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: '404 page not found\n',
};

/** @throws DbsError 117 with status 415 unless the type is exactly `application/json` */
function refuseOtherContent({ headers }: SimulatedRequest): void {
  const type = headers['content-type'] ?? '';
  if (type === 'application/json') return;
  throw new DbsError(117, `unsupported Content-Type: '${type}'`, 'web.DBSPostHandler', 'content-type error', 415);
}

/** Who writes, by the front end's headers. */
function authorOf({ headers }: SimulatedRequest): string {
  for (const name of ['cms-auth-cert', 'cms-authn-login', 'cms-authn-dn']) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return 'DBS-workflow';
}
