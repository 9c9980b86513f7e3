/** What something has cost, and what was done for it. */
export interface Sample<Step extends string> {
  steps: Record<Step, number>;
  cost: number;
  /** How many samples it counts for. @default 1 */
  weight?: number;
}

/**
 * What one of each step costs, so that samples come out as they were measured: by least squares of the relative errors, no price below 0. As many
 * samples as steps are met exactly, unless that took a negative price.
 * @throws Error for fewer samples than steps
 */
export function pricesOf<Step extends string>(
  names: readonly Step[],
  samples: readonly Sample<Step>[],
): Record<Step, number> {
  if (samples.length < names.length)
    throw new Error(`${names.length} prices need as many samples, not ${samples.length}`);
  let best = { error: Infinity, prices: new Map<Step, number>() };
  for (const some of subsets(names)) {
    const prices = leastSquares(some, samples);
    if (!prices || [...prices.values()].some((price) => price < 0)) continue;
    const error = samples.reduce(
      (sum, { steps, cost, weight = 1 }) => sum + weight * (costOf(steps, prices) / cost - 1) ** 2,
      0,
    );
    if (error < best.error) best = { error, prices };
  }
  return Object.fromEntries(names.map((name) => [name, best.prices.get(name) ?? 0])) as Record<Step, number>;
}

const costOf = <Step extends string>(steps: Record<Step, number>, prices: ReadonlyMap<Step, number>): number =>
  [...prices].reduce((sum, [name, price]) => sum + steps[name] * price, 0);

/** All but the empty one. */
const subsets = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: 2 ** all.length - 1 }, (_, bits) => all.filter((_one, at) => ((bits + 1) >> at) & 1));

/** Null where the samples do not tell the steps apart. */
function leastSquares<Step extends string>(names: Step[], samples: readonly Sample<Step>[]): Map<Step, number> | null {
  const rows = samples.map(({ steps, cost }) => names.map((name) => steps[name] / cost));
  const sums = (of: (row: number[]) => number): number =>
    rows.reduce((sum, row, at) => sum + (samples[at]?.weight ?? 1) * of(row), 0);
  const system = names.map((_, i) => [
    ...names.map((__, j) => sums((row) => row[i]! * row[j]!)),
    sums((row) => row[i]!),
  ]);
  const solved = solve(system);
  return solved && new Map(names.map((name, at) => [name, solved[at]!]));
}

/** Gauss's elimination of rows that end with their right-hand sides. */
function solve(system: readonly number[][]): number[] | null {
  const rows = system.map((row) => [...row]);
  for (let at = 0; at < rows.length; at += 1) {
    const pivot = rows.slice(at).reduce((best, row) => (Math.abs(row[at]!) > Math.abs(best[at]!) ? row : best));
    if (Math.abs(pivot[at]!) < 1e-12) return null;
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(at, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[at]! / pivot[at]!;
      for (let column = at; column < row.length; column += 1) row[column]! -= factor * pivot[column]!;
    }
  }
  return rows.map((row, at) => row.at(-1)! / row[at]!);
}
