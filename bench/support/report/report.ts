import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pc from 'picocolors';
import type { Bound } from './bound.ts';
import { markdownTable, type Cell } from './markdown-table.ts';
import type { Plot } from './plot.ts';
import { commit, machine, ROOT, type Machine } from './surroundings.ts';
import { drawSvg } from './svg.ts';

/** Where results are left: `<name>.json`, `<name>.svg`. */
export const RESULTS = join(ROOT, '.cache', 'bench');

/** Results that the documentation shows, one file per bench. */
export const KEPT = join(ROOT, 'bench', 'results');

/** A table or a sentence between tables, as it was printed. `part`: of the report, where it has several that stand in different places of a page. */
export type Passage = ({ table: string } | { text: string }) & { part?: string };

/** What a bench leaves in its JSON file. */
export interface BenchResult {
  /** As in the command, `npm run bench:<bench>` or `npm run rehearse:<…>`. */
  bench: string;
  title: string;
  /** The whole command. */
  command: string;
  /** When it began, ISO 8601. */
  date: string;
  /** How long it took. */
  seconds: number;
  commit: string | null;
  machine: Machine;
  options: object;
  passages: Passage[];
  plots: Plot[];
  figures: object;
  bounds: Bound[];
}

/** What one bench finds: it is printed as it comes, and kept as JSON and plots in the end. */
export class Report {
  readonly #name: string;
  readonly #title: string;
  readonly #options: object;
  readonly #jsonFile: string | undefined;
  readonly #passages: Passage[] = [];
  readonly #plots: Plot[] = [];
  #part: { part?: string } = {};
  /** The process does nothing else. */
  readonly #start = performance.timeOrigin;

  /** @param options of the command line; `json` is a file that gets the same as the one in `.cache/bench` */
  constructor(name: string, title: string, { json, ...options }: { json?: string }) {
    this.#name = name;
    this.#title = title;
    this.#options = options;
    this.#jsonFile = json;
  }

  /** What follows belongs to a part of the report, one word, which has a place of its own in the documentation. */
  begin(part: string): void {
    this.#part = { part };
    console.log(`\n**${part}**`);
  }

  /** Prints a Markdown table. @param caption a sentence before it */
  table(head: readonly string[], rows: readonly (readonly Cell[])[], caption?: string): void {
    if (caption !== undefined) this.text(caption);
    const table = markdownTable(head, rows);
    this.#passages.push({ table, ...this.#part });
    console.log(`\n${table}`);
  }

  /** Prints a sentence that belongs to the results. */
  text(text: string): void {
    this.#passages.push({ text, ...this.#part });
    console.log(`\n${text}`);
  }

  /** Draws a plot when the report is concluded. */
  plot(plot: Plot): void {
    this.#plots.push({ ...plot, ...this.#part });
  }

  /**
   * Says which bounds hold, and writes everything to `.cache/bench`, and to the file of `--json`.
   * @param figures what was found, for programs
   * @returns the exit status: 1 where a bound is broken
   */
  async conclude(figures: object, bounds: Bound[]): Promise<number> {
    const shown = process.argv
      .slice(2)
      .filter((word, at, words) => !word.startsWith('--json') && words[at - 1] !== '--json');
    const result: BenchResult = {
      bench: this.#name,
      title: this.#title,
      command: [`npm run ${scriptOf(this.#name)}`, ...(shown.length ? ['--', ...shown] : [])].join(' '),
      date: new Date(this.#start).toISOString(),
      seconds: Math.round((Date.now() - this.#start) / 100) / 10,
      commit: commit(),
      machine: machine(),
      options: this.#options,
      passages: this.#passages,
      plots: this.#plots,
      figures,
      bounds,
    };
    console.log('');
    for (const bound of bounds) console.log(boundLine(bound));
    await mkdir(RESULTS, { recursive: true });
    const json = `${JSON.stringify(result, null, 2)}\n`;
    await writeFile(join(RESULTS, `${this.#name}.json`), json);
    if (this.#jsonFile !== undefined) await writeFile(this.#jsonFile, json);
    for (const plot of this.#plots) await writeFile(join(RESULTS, plotFile(this.#name, plot)), drawSvg(plot));
    const broken = bounds.filter(({ holds }) => !holds).length;
    console.log(broken > 0 ? `${broken} of ${bounds.length} bounds are broken` : `all ${bounds.length} bounds hold`);
    return broken > 0 ? 1 : 0;
  }
}

/** The npm script of a bench: rehearsals have names of their own, as `rehearse:failover`. */
export const scriptOf = (bench: string): string =>
  bench.startsWith('rehearse-') ? bench.replace('-', ':') : `bench:${bench}`;

/** Name of a plot's file. */
export const plotFile = (bench: string, { id }: Plot): string => `${id === undefined ? bench : `${bench}-${id}`}.svg`;

/** A bound as it is printed. */
export const boundLine = ({ name, found, holds }: Bound): string =>
  `${holds ? pc.green('✓') : pc.red('✗')} ${name}: ${found}`;
