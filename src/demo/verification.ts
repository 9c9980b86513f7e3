/** One thing that must hold, and how it came out. */
export interface Check {
  /** What holds, in words. */
  claim: string;
  /** How many things were looked at. */
  count: number;
  /** Each thing for which it does not hold. */
  problems: string[];
}

/** A check over things of one kind: `fault` says what is wrong with one, null for nothing. */
export async function checkAll<T>(
  claim: string,
  things: readonly T[],
  fault: (thing: T) => string | null | Promise<string | null>,
): Promise<Check> {
  const problems: string[] = [];
  for (const thing of things) {
    const problem = await fault(thing);
    if (problem !== null) problems.push(problem);
  }
  return { claim, count: things.length, problems };
}

/** Problems shown of a check. */
const SHOWN = 5;

/** The checks as lines. */
export function checkLines(checks: readonly Check[]): string[] {
  return checks.flatMap(({ claim, count, problems }) => [
    `${problems.length > 0 ? '✗' : '✓'} ${String(count).padStart(5)}  ${claim}${problems.length > 0 ? `: ${problems.length} wrong` : ''}`,
    ...problems.slice(0, SHOWN).map((problem) => `           ${problem}`),
    ...(problems.length > SHOWN ? [`           and ${problems.length - SHOWN} more`] : []),
  ]);
}
