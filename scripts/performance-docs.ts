import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markdownTable } from '../bench/support/report/markdown-table.ts';
import { plotFile, scriptOf, type BenchResult } from '../bench/support/report/report.ts';
import { ROOT } from '../bench/support/report/surroundings.ts';
import { drawSvg } from '../bench/support/report/svg.ts';

/** Results that the documentation shows, one file per bench. */
const KEPT = join(ROOT, 'bench', 'results');
const PAGE = join(ROOT, 'docs', 'performance.md');
const IMAGES = 'images/performance';

/** The results that are kept, by bench. */
export async function keptResults(): Promise<Map<string, BenchResult>> {
  const files = (await readdir(KEPT).catch(() => [])).filter((file) => file.endsWith('.json')).sort();
  const results = files.map(async (file) => JSON.parse(await readFile(join(KEPT, file), 'utf8')) as BenchResult);
  return new Map((await Promise.all(results)).map((result) => [result.bench, result]));
}

/** Keeps results instead of earlier ones of the same benches, draws the plots of all that are kept and writes them into docs/performance.md. */
export async function keepResults(results: readonly BenchResult[]): Promise<void> {
  await mkdir(KEPT, { recursive: true });
  const images = join(ROOT, 'docs', IMAGES);
  await mkdir(images, { recursive: true });
  for (const result of results) {
    // Figures are for programs that read what they have measured themselves; the page needs none of them.
    const shown = { ...result, figures: {} };
    await writeFile(join(KEPT, `${result.bench}.json`), `${JSON.stringify(shown, null, 2)}\n`);
  }
  const kept = await keptResults();
  for (const { bench, plots } of kept.values())
    for (const plot of plots) await writeFile(join(images, plotFile(bench, plot)), drawSvg(plot));
  await writeFile(PAGE, withResults(await readFile(PAGE, 'utf8'), kept));
}

/** The page with what stands between `<!-- bench:<name> -->` and `<!-- /bench:<name> -->`, and the table of targets, made anew. */
export function withResults(page: string, results: ReadonlyMap<string, BenchResult>): string {
  return page
    .replace(/(<!-- targets -->\n)[^]*?(<!-- \/targets -->)/, `$1\n${targetsTable(page, results)}\n\n$2`)
    .replace(
      /(<!-- bench:(\w+) -->\n)[^]*?(<!-- \/bench:\2 -->)/g,
      (whole, begin: string, name: string, end: string) => {
        const result = results.get(name);
        return result ? `${begin}\n${passagesOf(result)}\n\n${end}` : whole;
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

function passagesOf(result: BenchResult): string {
  const { bench, command, date, commit, machine, seconds, passages, plots, bounds } = result;
  const missed = bounds.filter(({ holds }) => !holds);
  const where = `${date.slice(0, 10)}, commit ${commit ?? 'unknown'}, ${machine.cores} cores, ${machine.memoryGiB} GiB`;
  return [
    `\`${command}\` (${where}; it took ${Math.round(seconds)} s)`,
    ...passages.map((passage) => ('table' in passage ? passage.table : passage.text)),
    ...plots.map((plot) => `![${plot.title}](${IMAGES}/${plotFile(bench, plot)})`),
    missed.length === 0
      ? `All ${bounds.length} bounds hold.`
      : `${missed.length} of ${bounds.length} bounds are missed:`,
    ...(missed.length > 0 ? [missed.map(({ name, found }) => `- ${name}: ${found}`).join('\n')] : []),
  ].join('\n\n');
}
