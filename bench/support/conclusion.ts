import { writeFile } from 'node:fs/promises';
import pc from 'picocolors';

/** Something that must hold, and whether it did. */
export interface Bound {
  /** With the bound itself, e.g. `at most 15 s`. */
  name: string;
  found: string | number;
  holds: boolean;
}

/** A bound on what must not happen at all. */
export const none = (what: string, found: number): Bound => ({ name: `${what}, must be 0`, found, holds: found === 0 });

/** Says which bounds hold, and writes figures and bounds as JSON where asked for. @returns the exit status: 1 where one is broken */
export async function conclude(figures: object, bounds: readonly Bound[], jsonFile?: string): Promise<number> {
  console.log('');
  for (const { name, found, holds } of bounds) console.log(`${holds ? pc.green('✓') : pc.red('✗')} ${name}: ${found}`);
  if (jsonFile) await writeFile(jsonFile, `${JSON.stringify({ figures, bounds }, null, 2)}\n`);
  const broken = bounds.filter(({ holds }) => !holds).length;
  console.log(broken > 0 ? `${broken} of ${bounds.length} bounds are broken` : `all ${bounds.length} bounds hold`);
  return broken > 0 ? 1 : 0;
}
