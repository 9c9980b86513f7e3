/** What an axis shows; `name` with its unit, e.g. `files/s`. */
export interface Axis {
  name: string;
  /** @default false */
  log?: boolean;
}

/** A line across a plot, e.g. a target. */
export interface Mark {
  name: string;
  y: number;
}

interface AnyPlot {
  /** Part of the file's name, where a bench has several plots; one word. */
  id?: string;
  /** Of the report, as of its passages. */
  part?: string;
  /** Says what is to be seen. */
  title: string;
  y: Axis;
  marks?: readonly Mark[];
}

/** A group of bars for each category; `null` where there is no value. */
export interface BarPlot extends AnyPlot {
  kind: 'bars';
  x: { name: string; categories: readonly string[] };
  /** On top of each other instead of side by side: what they add up to counts. @default false */
  stacked?: boolean;
  series: readonly { name: string; values: readonly (number | null)[] }[];
}

export interface LinePlot extends AnyPlot {
  kind: 'lines';
  x: Axis;
  series: readonly { name: string; points: readonly (readonly [x: number, y: number])[] }[];
}

export type Plot = BarPlot | LinePlot;

/** Points of a line that shows how values are distributed: so many per cent of them are at most so large. */
export function distribution(values: readonly number[], points = 50): [value: number, percent: number][] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const count = Math.min(points, sorted.length);
  return Array.from({ length: count }, (_, at) => {
    const share = (at + 1) / count;
    return [sorted[Math.ceil(share * sorted.length) - 1]!, share * 100];
  });
}
