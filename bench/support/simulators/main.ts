/** FTS, DBS, CRAB and the sites' storages in one process; files have names, sizes and sums, but no bytes. */
import { join } from 'node:path';
import { startCrabSimulator } from '../../../src/simulators/crab/crab-simulator.ts';
import { startDbsSimulator } from '../../../src/simulators/dbs/dbs-simulator.ts';
import { startFtsSimulator } from '../../../src/simulators/fts3/simulator.ts';
import { SimulatorServer, type SimulatedAnswer, type SimulatedRequest } from '../../../src/simulators/http-server.ts';
import { startListedStorage } from '../../../src/simulators/storage/listed-storage.ts';
import { writeStorageJson } from '../../../src/simulators/storage/storage-json.ts';
import { metadataOf, reportOf } from '../plain-task.ts';
import {
  CONTROL,
  type FileTimes,
  type LayTask,
  type SimulatorFigures,
  type SimulatorsOptions,
  type SimulatorsReady,
} from './control.ts';

/** How exactly the times of publication are known. */
const LOOK_EVERY_MS = 100;
const LOOKS_AFTER_INSERT = 10;

const options = JSON.parse(process.argv[2] ?? '{}') as SimulatorsOptions;
const siteconf = join(options.root, 'SITECONF');
const storage = await startListedStorage();
await writeStorageJson(siteconf, options.sites, storage.url);
const pathOf = (url: string): string => decodeURIComponent(new URL(url.replace(/^dav/, 'http')).pathname);
const fts = await startFtsSimulator({
  ...{ instant: true, tickMs: options.tickMs ?? 100, activePerLink: 1_000_000 },
  storageOf: (pfn) => /^(\w+):\/\/[^/]+\/([^/]+)/.exec(pfn)?.slice(1).join('://') ?? pfn,
  copyPlan: {
    next: () => ({ ms: options.copyMs ?? 0 }),
    arrive: (source, destination) => void storage.files.copy(pathOf(source), pathOf(destination)),
  },
});
const dbs = await startDbsSimulator();
const crab = await startCrabSimulator({ refuseRepeatedLists: true });
crab.books.metadataSource = (task, lfn) => metadataOf(task, lfn);

function lay(plain: LayTask): void {
  crab.books.addTask(plain.task, { tm_publish_dbs_url: dbs.writerUrl, tm_dbs_url: dbs.readerUrl });
  for (let at = 0; at < plain.jobs; at += 1)
    for (const { source, sourceLfn, size, adler32 } of reportOf(plain, at).files)
      storage.files.put(source, sourceLfn, { size, adler32: adler32 ?? '' });
}

/** When each file was first seen in DBS, by LFN. */
const publishedAt = new Map<string, number>();
let looksLeft = 0;
let insertsSeen = 0;

/** Notes the files that are new in DBS; an insert may take a while after its request has come. */
function watchDbs(): void {
  const inserts = dbs.books.insertRequests;
  if (inserts !== insertsSeen) looksLeft = LOOKS_AFTER_INSERT;
  if (looksLeft === 0) return;
  [insertsSeen, looksLeft] = [inserts, looksLeft - 1];
  noteNewInDbs();
}

function noteNewInDbs(): void {
  const now = Date.now();
  for (const { lfn } of dbs.books.files()) if (!publishedAt.has(lfn)) publishedAt.set(lfn, now);
}
if (options.watchDbs) setInterval(watchDbs, LOOK_EVERY_MS);

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

function figures(): SimulatorFigures {
  const jobs = fts.jobs();
  const files = jobs.flatMap((job) => [...job.files]);
  const published = dbs.books.files();
  return {
    requests: { fts: sum(fts.server.counts), dbs: sum(dbs.server.counts), crab: sum(crab.server.counts), storage: sum(storage.server.counts) }, // prettier-ignore
    ...{ submissions: fts.server.counts['POST /jobs'] ?? 0, looks: fts.looks.requests, ftsJobs: jobs.length },
    sentTwice: files.length - new Set(files.map(({ destination }) => destination)).size,
    finished: files.filter(({ state }) => state === 'FINISHED').length,
    ...{ blocks: dbs.books.blocks().length, published: published.length },
    publishedTwice: published.length - new Set(published.map(({ lfn }) => lfn)).size,
    sourcesRemoved: storage.files.removed,
  };
}

function times(): FileTimes[] {
  // What came into DBS since the last look at it.
  if (options.watchDbs) noteNewInDbs();
  return fts.jobs().flatMap(({ submitTime, metadata, files }) =>
    files.map(({ destination, finishTime }) => {
      const destinationLfn = pathOf(destination).replace(/^\/[^/]+/, '');
      const whose = { task: String(metadata['task']), batch: Number(metadata['batch']) };
      const published = publishedAt.get(destinationLfn) ?? null;
      return { destinationLfn, ...whose, submitted: submitTime, finished: finishTime, published };
    }),
  );
}

async function control(request: SimulatedRequest): Promise<SimulatedAnswer> {
  const { method, path } = request;
  if (method === 'POST' && path === CONTROL.tasks) {
    lay(JSON.parse((await request.body()).toString()) as LayTask);
    return { status: 204 };
  }
  if (path === CONTROL.figures) return { status: 200, body: figures() };
  if (path === CONTROL.times) return { status: 200, body: times() };
  return { status: 404 };
}

const { url: controlUrl } = await SimulatorServer.start(control);
const ready: SimulatorsReady = { ftsUrl: fts.url, crabUrl: crab.restUrl, siteconf, controlUrl };
console.log(JSON.stringify(ready));
