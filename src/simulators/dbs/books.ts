import type { Row, Tables } from './tables.ts';

/** A file as it stands in DBS. */
export interface BookedFile {
  lfn: string;
  block: string;
  dataset: string;
  /** Bytes. */
  size: number;
  adler32: string;
  events: number;
  lumis: number;
  valid: boolean;
}

/** A block as it stands in DBS; `files` and `size` are counted from its files, not what its writer claimed. */
export interface BookedBlock {
  name: string;
  dataset: string;
  originSite: string;
  files: number;
  /** Bytes. */
  size: number;
}

/** What is in DBS, for tests to verify. */
export class DbsBooks {
  readonly #tables: Tables;
  readonly #requests = new Map<string, number>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** All files, in the order they were published. */
  files(): BookedFile[] {
    const rows = this.#tables.all(
      `SELECT F.*, B.block_name, D.dataset, (SELECT count(*) FROM file_lumis L WHERE L.file_id = F.id) AS lumis
       FROM files F JOIN blocks B USING (block_id) JOIN datasets D ON D.dataset_id = F.dataset_id ORDER BY F.id`,
    );
    return rows.map((row) => ({
      lfn: text(row, 'logical_file_name'),
      block: text(row, 'block_name'),
      dataset: text(row, 'dataset'),
      size: Number(row['file_size']),
      adler32: text(row, 'adler32'),
      events: Number(row['event_count']),
      lumis: Number(row['lumis']),
      valid: row['is_file_valid'] === 1,
    }));
  }

  /** How many files there are. */
  get fileCount(): number {
    return Number(this.#tables.get('SELECT count(*) AS files FROM files')?.['files']);
  }

  /** All blocks, in the order they were published. */
  blocks(): BookedBlock[] {
    const rows = this.#tables.all(
      `SELECT B.block_name, D.dataset, B.origin_site_name, count(F.id) AS files, coalesce(sum(F.file_size), 0) AS size
       FROM blocks B JOIN datasets D USING (dataset_id) LEFT JOIN files F USING (block_id)
       GROUP BY B.block_id ORDER BY B.block_id`,
    );
    return rows.map((row) => ({
      name: text(row, 'block_name'),
      dataset: text(row, 'dataset'),
      originSite: text(row, 'origin_site_name'),
      files: Number(row['files']),
      size: Number(row['size']),
    }));
  }

  /** Names of all datasets, those without blocks too. */
  datasets(): string[] {
    return this.#tables.all('SELECT dataset FROM datasets ORDER BY dataset_id').map((row) => text(row, 'dataset'));
  }

  /** How many requests to insert a block arrived, whatever became of them. */
  get insertRequests(): number {
    return this.requests('POST', 'bulkblocks');
  }

  /** How many requests of a method arrived at an API, those that scripted request faults answered not counted. */
  requests(method: string, api: string): number {
    return this.#requests.get(`${method} ${api}`) ?? 0;
  }

  /** Counts a request. */
  noteRequest(method: string, api: string): void {
    this.#requests.set(`${method} ${api}`, this.requests(method, api) + 1);
  }
}

const text = (row: Row, column: string) => String(row[column]);
