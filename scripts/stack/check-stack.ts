import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { closeTask, connect } from '../../src/client/index.ts';
import { stageOutId } from '../../src/contract/ids.ts';
import type { TaskTotals } from '../../src/contract/messages.ts';
import { adler32, adler32Hex } from '../../src/domain/adler32.ts';
import { runToEnd } from './native-service.ts';
import type { Stack } from './start-stack.ts';

const PATIENCE_MS = 60_000;

/** A line of CRAB's records, as far as it is looked at here. */
interface CrabRecord {
  taskname: string;
  source: string;
  source_lfn: string;
  destination: string;
  destination_lfn: string;
  filesize: number;
  publish: 0 | 1;
  checksums: { adler32: string };
  outputdataset: string;
  type: 'output' | 'log';
}

/**
 * Jobs leave files, `aso submit` reports them, and everybody is asked what became of them.
 * @returns what holds, in words
 * @throws Error with the first thing that does not
 */
export async function checkStack(stack: Stack): Promise<string[]> {
  const records = (await runToEnd(stack.launch('jobs'))).trim().split('\n');
  const files = records.map((line) => JSON.parse(line) as CrabRecord);
  const recordFile = join(stack.folder, 'transfers.txt');
  await writeFile(recordFile, `${records.join('\n')}\n`);
  const { program, args, env } = stack.launch('worker');
  await runToEnd({ program, args: [...args.slice(0, -1), 'submit', recordFile], env });

  const totals = await totalsOf(env, new Set(files.map(({ taskname }) => taskname)));
  const published = files.filter(({ publish }) => publish === 1);
  const sum = (part: 'transfer' | 'publication'): number =>
    totals.reduce((all, total) => all + (total[part].DONE ?? 0), 0);
  must(sum('transfer') === files.length, `${sum('transfer')} of ${files.length} files are DONE`);
  must(sum('publication') === published.length, `${sum('publication')} of ${published.length} outputs are published`);
  await checkBytes(stack, files);
  const inDbs = await filesInDbs(stack, new Set(published.map(({ outputdataset }) => outputdataset)));
  const missing = published.filter(({ destination_lfn: lfn }) => !inDbs.has(lfn));
  must(missing.length === 0 && inDbs.size === published.length, `DBS knows ${inDbs.size} files of ${published.length}`);
  return [
    `${totals.length} tasks have ended, all ${files.length} files are DONE and at their destinations byte for byte, no source is left`,
    `DBS knows the ${inDbs.size} files that were to be published`,
    await lookAtPrometheus(stack, files.length),
    await lookAtMonitor(stack),
  ];
}

async function totalsOf(env: NodeJS.ProcessEnv, tasks: ReadonlySet<string>): Promise<TaskTotals[]> {
  const connection = await connect(env);
  const { client } = connection;
  try {
    return await Promise.all(
      [...tasks].map(async (task) => {
        await closeTask(client, task);
        return client.workflow.getHandle<() => Promise<TaskTotals>>(stageOutId(task)).result();
      }),
    );
  } finally {
    await connection.close();
  }
}

async function checkBytes({ names }: Stack, files: readonly CrabRecord[]): Promise<void> {
  const root = names.text({ service: 'storage', number: 1 }, '/world/sites');
  for (const file of files) {
    const content = await readFile(join(root, file.destination, file.destination_lfn));
    must(content.length === file.filesize, `${file.destination_lfn} has ${content.length} bytes, not ${file.filesize}`);
    const sum = adler32Hex(adler32(content));
    // CRAB does not know those of logs.
    must(
      file.type === 'log' || sum === file.checksums.adler32,
      `${file.destination_lfn} has other bytes than its source`,
    );
    const left = await readFile(join(root, file.source, file.source_lfn)).then(
      () => true,
      () => false,
    );
    must(!left, `${file.source_lfn} is still at ${file.source}`);
  }
}

async function filesInDbs({ names }: Stack, datasets: ReadonlySet<string>): Promise<Set<string>> {
  const authority = await readFile(names.text({ service: 'dbs', number: 1 }, '/world/pki/authority.pem'), 'utf8');
  const dispatcher = new Agent({ connect: { ca: authority } });
  const url = names.text({ service: 'worker', number: 1 }, 'https://dbs:8446/dbs/prod/phys03/DBSReader/files');
  const known = new Set<string>();
  for (const dataset of datasets) {
    const answer = await fetch(`${url}?dataset=${encodeURIComponent(dataset)}`, { dispatcher });
    for (const { logical_file_name: lfn } of (await answer.json()) as { logical_file_name: string }[]) known.add(lfn);
  }
  await dispatcher.close();
  return known;
}

/** That Prometheus scrapes workers and monitor, and has counted the files. */
async function lookAtPrometheus({ names, workers }: Stack, files: number): Promise<string> {
  const url = names.text({ service: 'prometheus', number: 1 }, 'http://127.0.0.1:9090');
  const ask = async (query: string): Promise<number> => {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`).catch(() => null);
    if (!answer) return 0;
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1] ?? 0);
  };
  const up = workers.length + 1;
  const isUp = async (): Promise<boolean> => (await ask('sum(up{job=~"asyncstageout|monitor"})')) === up;
  await until(`Prometheus reaches ${up} of our processes`, isUp).catch(async (error: Error) => {
    throw new Error(`${error.message}: ${await unreached(url)}`);
  });
  await until(
    `Prometheus has ${files} files DONE`,
    async () => (await ask('sum(aso_files_total{state="DONE"})')) === files,
  );
  return `Prometheus scrapes ${workers.length} workers and the monitor, and counts ${files} files DONE`;
}

/** What Prometheus says of what it does not reach. */
async function unreached(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/targets`);
  const { data } = (await answer.json()) as { data: { activeTargets: { scrapeUrl: string; lastError: string }[] } };
  return data.activeTargets.filter(({ lastError }) => lastError).map(({ scrapeUrl, lastError }) => `${scrapeUrl}: ${lastError}`).join('; '); // prettier-ignore
}

async function lookAtMonitor({ names, token }: Stack): Promise<string> {
  const url = names.text({ service: 'monitor', number: 1 }, 'http://127.0.0.1:8089');
  must((await fetch(`${url}/metrics`)).status === 401, 'the monitor answers without its token');
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  must(answer.ok, `the monitor answers ${answer.status}`);
  return 'the monitor answers whoever has its token';
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await holds()); await sleep(250))
    must(Date.now() < deadline, `not within ${PATIENCE_MS / 1000} s: ${what}`);
}

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
