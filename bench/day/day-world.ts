import { join } from 'node:path';
import { startCrabSimulator } from '../../src/simulators/crab/crab-simulator.ts';
import { startDbsSimulator } from '../../src/simulators/dbs/dbs-simulator.ts';
import { startFtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import { startListedStorage } from '../../src/simulators/storage/listed-storage.ts';
import { siteOfPfn } from '../../src/simulators/storage/site-of-pfn.ts';
import { writeStorageJson } from '../../src/simulators/storage/storage-json.ts';
import { auditDay, type DayAudit } from './audit.ts';
import { DayCopies } from './copies.ts';
import { adler32Of, fileNumber, PSET_HASH, type DayFiles } from './day-files.ts';
import { filesOf, type LoadOptions } from './loads.ts';

export interface DayWorldOptions {
  day: LoadOptions;
  /** How many times faster than in life time passes: for copies and for FTS's clockwork. */
  speed: number;
  /** Copies fail in production's proportions. */
  failing: boolean;
  /** Folder for the sites' descriptions. */
  folder: string;
}

/** Where the day's world is found. */
export interface DayPlaces {
  ftsUrl: string;
  crabUrl: string;
  siteconf: string;
}

/** How far the world is. */
export interface DaySample {
  /** Files sent to FTS, each attempt counted. */
  sent: number;
  ftsJobs: number;
  /** Copies that ended well, and those that did not. */
  arrived: number;
  failed: number;
  /** Sources removed. */
  removed: number;
  /** Files in DBS. */
  published: number;
  requests: { fts: number; dbs: number; crab: number; storage: number };
}

export interface DayWorld {
  places: DayPlaces;
  sample(): DaySample;
  audit(): DayAudit;
  close(): Promise<void>;
}

/** FTS's own pause between two rounds of its scheduler, milliseconds. */
const TICK_MS = 2_000;
/** Copies at a time of a link: FTS's own bound for links that do well is of this order. */
const ACTIVE_PER_LINK = 100;

/** Everything outside of us for a day: files by name only, copies that take time and no bytes, CRAB that knows every file, DBS. */
export async function startDayWorld({ day: options, speed, failing, folder }: DayWorldOptions): Promise<DayWorld> {
  const day = filesOf(options);
  const storage = await startListedStorage();
  for (const job of day.jobs)
    for (let at = 0; at < job.files.length; at += 1) {
      const file = { size: job.files[at]!.bytes, adler32: adler32Of(job.first + at) };
      storage.files.put(job.source, day.sourceLfn(job.first + at), file);
    }
  const removedAt = new Float64Array(day.files);
  storage.files.onRemoved = (path) => void (removedAt[fileNumber(path) ?? -1] = Date.now());
  const copies = new DayCopies(day, storage.files, { speed, failing });
  const fts = await startFtsSimulator({
    ...{ instant: true, copyPlan: copies, storageOf: siteOfPfn, activePerLink: ACTIVE_PER_LINK },
    tickMs: Math.max(20, TICK_MS / speed),
    cancelGraceMs: (5 * TICK_MS) / speed,
  });
  const dbs = await startDbsSimulator();
  const crab = await startCrabSimulator({ refuseRepeatedLists: true });
  // Without an input dataset, which every block would ask DBS about.
  const ofTask = { tm_publish_dbs_url: dbs.writerUrl, tm_dbs_url: dbs.readerUrl, tm_input_dataset: null };
  for (const { name } of day.tasks) crab.books.addTask(name, ofTask);
  crab.books.metadataSource = (_task, lfn) => metadataOf(day, lfn);
  const sites = [...new Set(day.tasks.flatMap(({ sources, destination }) => [...sources, destination]))];
  const siteconf = join(folder, 'SITECONF');
  await writeStorageJson(siteconf, sites, storage.url);

  const requestsOf = (server: { counts: Record<string, number> }): number =>
    Object.values(server.counts).reduce((a, b) => a + b, 0);
  return {
    places: { ftsUrl: fts.url, crabUrl: crab.restUrl, siteconf },
    sample: () => ({
      ...{ sent: fts.taken.files, ftsJobs: fts.taken.jobs },
      ...{ arrived: copies.arrived, failed: copies.failed, removed: storage.files.removed },
      published: dbs.books.fileCount,
      requests: {
        ...{ fts: requestsOf(fts.server), dbs: requestsOf(dbs.server) },
        ...{ crab: requestsOf(crab.server), storage: requestsOf(storage.server) },
      },
    }),
    audit: () => auditDay(day, { fts, dbs, files: storage.files, copies, removedAt }),
    close: async () => void (await Promise.all([fts, dbs, crab, storage].map((part) => part.close()))),
  };
}

function metadataOf(day: DayFiles, lfn: string) {
  const file = fileNumber(lfn);
  if (file === null || file >= day.files || day.destinationLfn(file) !== lfn) return null;
  const { jobId } = day.jobOf(file);
  return {
    ...{ lfn, filetype: 'EDM', jobid: jobId, outdataset: day.taskOf(file).dataset, publishname: `tag-${PSET_HASH}` },
    ...{ filesize: day.bytesOf(file), adler32: adler32Of(file), cksum: 12_345, inevents: 10 },
    swversion: 'CMSSW_13_0_10',
    runlumi: { '1': { [String(file + 1)]: '10' } },
  };
}
