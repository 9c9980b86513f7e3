import { fileURLToPath } from 'node:url';
import { until } from '../../src/demo/until.ts';
import { transferNumber, TRANSFER_STATES, type NewTransferRow } from '../../src/simulators/crab/transfer-row.ts';
import { startOwnedProcess, type OwnedProcess } from '../../src/workers/child-process.ts';

/** Rows put at a time. */
const AT_ONCE = 50;
const STARTS_WITHIN_MS = 30_000;
const FINAL: ReadonlySet<unknown> = new Set((['DONE', 'FAILED', 'KILLED'] as const).map(transferNumber));

/** A stand-in for CRAB's REST in a process of its own, so that what it costs can be told from what its callers cost. */
export class CrabProcess {
  readonly #process: OwnedProcess;
  /** As of the setting `crabUrl`. */
  readonly restUrl: string;

  private constructor(process: OwnedProcess, url: string) {
    this.#process = process;
    this.restUrl = `${url}/crabserver/prod`;
  }

  static async start(): Promise<CrabProcess> {
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const child = await startOwnedProcess(process.execPath, [main, 'simulate', 'crab']);
    let url = '';
    await until(
      () => (url = /crab simulator at (\S+)/.exec(child.output())?.[1] ?? '') !== '',
      AbortSignal.timeout(STARTS_WITHIN_MS),
    );
    return new CrabProcess(child, url);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Puts rows into its table, as PostJob does. */
  async addRows(rows: readonly NewTransferRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += AT_ONCE)
      await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => this.#put(row)));
  }

  /** Whether the row says that the file has ended: one request, as PostJob makes it. */
  async hasEnded(id: string, signal: AbortSignal): Promise<boolean> {
    const answer = await fetch(`${this.restUrl}/fileusertransfers?subresource=getById&id=${id}`, { signal });
    if (!answer.ok) throw new Error(`getById: HTTP ${answer.status}`);
    const { desc, result } = (await answer.json()) as { desc: { columns: string[] }; result: unknown[][] };
    return FINAL.has(result[0]?.[desc.columns.indexOf('tm_transfer_state')]);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async #put(row: NewTransferRow): Promise<void> {
    const form = new URLSearchParams({
      ...{ id: row.tm_id, username: row.tm_username, taskname: row.tm_taskname, destination: row.tm_destination },
      ...{ destination_lfn: row.tm_destination_lfn, source: row.tm_source, source_lfn: row.tm_source_lfn },
      ...{ filesize: String(row.tm_filesize), publish: '0', job_id: row.tm_jobid, type: row.tm_type },
      ...{ job_retry_count: String(row.tm_job_retry_count), start_time: String(row.tm_start_time) },
      ...{ transfer_state: TRANSFER_STATES[0], publication_state: 'NOT_REQUIRED' },
    });
    const answer = await fetch(`${this.restUrl}/fileusertransfers`, { method: 'PUT', body: form });
    if (!answer.ok) throw new Error(`a row was refused: HTTP ${answer.status}`);
  }
}
