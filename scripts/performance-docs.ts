import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MEASURED } from '../bench/model/measured.ts';
import { markdownTable } from '../bench/support/report/markdown-table.ts';
import { KEPT, plotFile, scriptOf, type BenchResult } from '../bench/support/report/report.ts';
import { ROOT } from '../bench/support/report/surroundings.ts';
import { drawSvg } from '../bench/support/report/svg.ts';

/** Pages of the documentation with places for results. */
export const PAGES: readonly string[] = ['performance.md', 'scaling.md', 'deployment.md'];
const IMAGES = 'images/performance';

/** The results that are kept, by bench. */
export async function keptResults(): Promise<Map<string, BenchResult>> {
  const files = (await readdir(KEPT).catch(() => [])).filter((file) => file.endsWith('.json')).sort();
  const results = files.map(async (file) => JSON.parse(await readFile(join(KEPT, file), 'utf8')) as BenchResult);
  return new Map((await Promise.all(results)).map((result) => [result.bench, result]));
}

/** Keeps results instead of earlier ones of the same benches, draws the plots of all that are kept and writes them into the pages that have a place for them. */
export async function keepResults(results: readonly BenchResult[]): Promise<void> {
  await mkdir(KEPT, { recursive: true });
  const images = join(ROOT, 'docs', IMAGES);
  await mkdir(images, { recursive: true });
  for (const result of results) {
    // The pages need no figures; the model is set by those of some benches.
    const shown = isMeasured(result.bench) ? result : { ...result, figures: {} };
    await writeFile(join(KEPT, `${result.bench}.json`), `${JSON.stringify(shown, null, 2)}\n`);
  }
  const kept = await keptResults();
  for (const { bench, plots } of kept.values())
    for (const plot of plots) await writeFile(join(images, plotFile(bench, plot)), drawSvg(plot));
  for (const name of PAGES) {
    const page = join(ROOT, 'docs', name);
    await writeFile(page, withResults(await readFile(page, 'utf8'), kept));
  }
}

const isMeasured = (bench: string): boolean => MEASURED.some((name) => name === bench);

/** What is put between the marks of a place: of a bench as a whole, or of one of the parts of its report. */
export const beginOf = (bench: string, part?: string): string =>
  `<!-- bench:${part === undefined ? bench : `${bench}:${part}`} -->`;

/**
 * The page with what stands between `<!-- bench:<name> -->` and `<!-- /bench:<name> -->`, and the table of targets, made anew. What belongs to a part of
 * the report stands between `<!-- bench:<name>:<part> -->` and `<!-- /bench:<name>:<part> -->`.
 */
export function withResults(page: string, results: ReadonlyMap<string, BenchResult>): string {
  return page
    .replace(/(<!-- targets -->\n)[^]*?(<!-- \/targets -->)/, `$1\n${targetsTable(page, results)}\n\n$2`)
    .replace(
      /(<!-- bench:(([\w-]+)(?::(\w+))?) -->\n)[^]*?(<!-- \/bench:\2 -->)/g,
      (whole, begin: string, _place, name: string, part: string | undefined, end: string) => {
        const result = results.get(name);
        if (!result) return whole;
        const passages = part === undefined ? wholeOf(result) : partOf(result, part);
        return `${begin}\n${passages.join('\n\n')}\n\n${end}`;
      },
    );
}

function targetsTable(page: string, results: ReadonlyMap<string, BenchResult>): string {
  const rows = [...results.values()].flatMap(({ bench, bounds }) =>
    bounds
      .filter(({ isTarget }) => isTarget)
      .map(({ name, found, holds }) => [name, found, holds ? 'yes' : '**no**', linkTo(page, bench)]),
  );
  return markdownTable(['target', 'measured', 'met', 'command'], rows);
}

/** The command, as a link to the heading under which its results stand. */
function linkTo(page: string, bench: string): string {
  const before = page.slice(0, Math.max(0, page.indexOf(`<!-- bench:${bench} -->`)));
  const heading = [...before.matchAll(/^#+ (.+)$/gm)].at(-1)?.[1];
  const command = `\`npm run ${scriptOf(bench)}\``;
  if (heading === undefined) return command;
  // As GitHub makes them.
  const anchor = heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'); // prettier-ignore
  return `[${command}](#${anchor})`;
}

/** Tables, sentences and plots of a part of a report; of none: those that belong to no part. */
function partOf({ bench, passages, plots }: BenchResult, part?: string): string[] {
  return [
    ...passages
      .filter((one) => one.part === part)
      .map((passage) => ('table' in passage ? passage.table : passage.text)),
    ...plots.filter((one) => one.part === part).map((plot) => `![${plot.title}](${IMAGES}/${plotFile(bench, plot)})`),
  ];
}

/** With the command, where it was run, and which bounds were missed. */
function wholeOf(result: BenchResult): string[] {
  const { command, date, commit, machine, seconds, bounds } = result;
  const missed = bounds.filter(({ holds }) => !holds);
  const where = `${date.slice(0, 10)}, commit ${commit ?? 'unknown'}, ${machine.cores} cores, ${machine.memoryGiB} GiB`;
  return [
    `\`${command}\` (${where}; it took ${Math.round(seconds)} s)`,
    ...partOf(result),
    missed.length === 0
      ? `All ${bounds.length} bounds hold.`
      : `${missed.length} of ${bounds.length} bounds are missed:`,
    ...(missed.length > 0 ? [missed.map(({ name, found }) => `- ${name}: ${found}`).join('\n')] : []),
  ];
}
