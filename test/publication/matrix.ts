import Table from 'cli-table3';
import { expect } from 'vitest';
import type { TaskTotals } from '../../src/contract/messages.ts';
import type { JobReport } from '../../src/domain/file.ts';
import type { AddedFault, RequestFault } from '../../src/simulators/request-faults.ts';
import type { Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { datasetOf, type MakeJob, type World } from '../support/world.ts';

/** Files of a line's task, one job each. */
export const FILES = 4;

/** One line of the matrix: a task of its own that publishes to an instance of DBS of its own, where a fault waits for its block. */
export class Cell {
  readonly fault: string;
  readonly work: TestTask;
  readonly dataset: string;
  /** In the path of every request about it, and of no other. */
  readonly instance: string;
  readonly world: World;
  reports: JobReport[] = [];
  /** From the report to the end of the task. */
  seconds = 0;
  /** Inserts that were asked for. */
  readonly posts: AddedFault;

  constructor({ world, rig }: { world: World; rig: Rig }, fault: string) {
    this.fault = fault;
    this.world = world;
    this.work = new TestTask(world, rig);
    this.dataset = datasetOf(this.work.name);
    this.instance = `cell-${this.work.mark}`;
    const base = `${world.dbs.url}/dbs/${this.instance}/phys03`;
    world.crab.books.addTask(this.work.name, {
      ...{ tm_publish_dbs_url: `${base}/DBSWriter`, tm_dbs_url: `${base}/DBSReader` },
    });
    this.posts = this.requests('bulkblocks', { times: 0, action: 'answer' });
  }

  /** Scripts what becomes of the requests to one API of this cell's DBS; `.` means all of them. */
  requests(api: string, fault: Omit<RequestFault, 'path'>): AddedFault {
    return this.world.dbs.server.faults.add({ path: `/${this.instance}/.*/${api}`, ...fault });
  }

  /** Datasets of the cell, for faults of inserts. */
  get datasets(): RegExp {
    return new RegExp(this.dataset);
  }

  /** Lays the files at their site. */
  async lay(options: Partial<MakeJob> = {}): Promise<void> {
    for (let n = 1; n <= FILES; n++) this.reports.push(await this.work.job({ jobId: String(n), ...options }));
  }

  /** LFN of a file, from 1. */
  lfn(n: number): string {
    return this.reports[n - 1]?.files[0]?.destinationLfn ?? '';
  }

  get lfns(): string[] {
    return this.reports.map((_, at) => this.lfn(at + 1)).sort();
  }

  /** Publishes files of the cell as another publisher would: in a block of his, with what CRAB knows of them. */
  async publishElsewhere(lfns: string[], dataset = this.dataset): Promise<void> {
    const config = {
      ...{ release_version: 'CMSSW_13_0_10', pset_hash: 'x', app_name: 'cmsRun' },
      ...{ output_module_label: 'o', global_tag: 'crab3_tag' },
    };
    const [, primary, processed, tier] = dataset.split('/');
    const block = {
      dataset_conf_list: [config],
      files: lfns.map((lfn) => {
        const known = this.world.crab.books.metadataOf(this.work.name, lfn);
        const { filesize: file_size = 1, adler32 = '0' } = known ?? {};
        return { logical_file_name: lfn, file_type: 'EDM', check_sum: '1', adler32, file_size, event_count: 10 };
      }),
      processing_era: { processing_version: 1 },
      primds: { primary_ds_name: primary, primary_ds_type: 'mc' },
      dataset: {
        ...{ dataset, processed_ds_name: processed, data_tier_name: tier },
        ...{ dataset_access_type: 'VALID', physics_group_name: 'CRAB3' },
      },
      acquisition_era: { acquisition_era_name: 'CRAB' },
      block: { block_name: `${dataset}#elsewhere-${this.work.mark}`, origin_site_name: 'T2_CH_CERN' },
    };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(block);
    const answer = await fetch(`${this.world.dbs.writerUrl}/bulkblocks`, { method: 'POST', headers, body });
    expect(await answer.text()).toBe('[]');
  }

  /** Nobody about it is answered for so long, milliseconds. */
  outage(ms: number): void {
    this.world.dbs.server.faults.outage(ms, new RegExp(`/${this.instance}/`));
  }

  /** Reports everything, closes the task and waits for its end. */
  async run(): Promise<TaskTotals> {
    const begin = performance.now();
    await this.work.add(...this.reports);
    const totals = await this.work.finish();
    this.seconds = (performance.now() - begin) / 1000;
    return totals;
  }

  /** Inserts that DBS carried out: each makes a block. Those of other publishers do not count. */
  get accepted(): number {
    const ours = ({ dataset, name }: { dataset: string; name: string }): boolean =>
      dataset === this.dataset && !name.includes('#elsewhere-');
    return this.world.dbs.books.blocks().filter(ours).length;
  }

  /** How often each file of the cell is in DBS, in whatever dataset. */
  times(): Map<string, number> {
    const rows = this.world.dbs.books.files().filter(({ lfn }) => lfn.includes(this.work.mark));
    return new Map(this.lfns.map((lfn) => [lfn, rows.filter((row) => row.lfn === lfn).length]));
  }

  /** Files by block of the cell's dataset, in order; blocks without files too. */
  blocks(): number[] {
    return this.world.dbs.books.blocks().flatMap(({ dataset, files }) => (dataset === this.dataset ? [files] : []));
  }
}

/** The lines of the matrix as they are done, printed when all are. */
export class MatrixReport {
  readonly #lines: (string | number)[][] = [];

  add(cell: Cell, { files, publication }: TaskTotals): void {
    const states = Object.entries(publication).map(([state, count]) => `${count} ${state}`);
    const times = [...cell.times().values()];
    const inDbs = times.filter((count) => count === 1).length;
    const twice = times.filter((count) => count > 1).length;
    const inserts = [cell.posts.seen, cell.accepted, cell.blocks().join(' + ')];
    this.#lines.push([cell.fault, files, inDbs, twice, ...inserts, states.join(', '), cell.seconds.toFixed(0)]);
  }

  print(title: string, expected: number): void {
    const table = new Table({
      head: [
        'fault',
        'files',
        'in DBS once',
        'more often',
        'inserts tried',
        'done',
        'files per block',
        'publication',
        's',
      ],
      style: { compact: true, head: [], border: [] },
    });
    table.push(...this.#lines.sort(([a], [b]) => String(a).localeCompare(String(b))));
    console.log(`${title}: ${this.#lines.length} of ${expected} as they should be\n${table.toString()}`);
  }
}
