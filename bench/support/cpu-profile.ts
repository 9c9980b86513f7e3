import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A function on the stack, as V8 names it; `url` is empty for what is V8's own. */
export interface Frame {
  functionName: string;
  url: string;
}

/** What is read here of V8's CPU profiles (`node --cpu-prof`), one of each thread. */
export interface CpuProfile {
  nodes: { id: number; callFrame: Frame; children?: number[] }[];
  samples: number[];
  /** Microseconds from each sample to the one before, the first one from `startTime`. */
  timeDeltas: number[];
  /** Microseconds on the clock of `process.hrtime`. */
  startTime: number;
}

/** A span of time on the same clock, microseconds. */
export interface Span {
  from: number;
  to: number;
}

/** Now, on the clock of profiles, microseconds: all processes of a machine have the same. */
export const profileClock = (): number => Number(process.hrtime.bigint() / 1000n);

/** The profiles that ended processes have left in a folder. @param thread 0 is a process's main thread */
export function readProfiles(folder: string, isWanted: (thread: number) => boolean): CpuProfile[] {
  const threadOf = (name: string): number | null => Number(/^CPU\.\d+\.\d+\.\d+\.(\d+)\.\d+\.cpuprofile$/.exec(name)?.[1] ?? NaN); // prettier-ignore
  return readdirSync(folder)
    .filter((name) => isWanted(threadOf(name) ?? NaN))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile);
}

/** V8's names for time in which a thread ran nothing of ours, or nothing at all. */
const IDLE: ReadonlySet<string> = new Set(['(idle)', '(program)', '(root)']);

/**
 * How the time in which threads were busy divides.
 * @param partOf names the part that a sample belongs to by its stack, innermost frame first
 * @returns shares of 1 by part, the largest first
 */
export function sharesByPart(
  profiles: readonly CpuProfile[],
  { from, to }: Span,
  partOf: (stack: readonly Frame[]) => string,
): [part: string, share: number][] {
  const spent = new Map<string, number>();
  let all = 0;
  for (const profile of profiles) {
    const parts = partsOfNodes(profile, partOf);
    let at = profile.startTime;
    profile.samples.forEach((id, index) => {
      const took = profile.timeDeltas[index] ?? 0;
      at += took;
      const part = parts.get(id);
      if (part === undefined || at < from || at > to) return;
      spent.set(part, (spent.get(part) ?? 0) + took);
      all += took;
    });
  }
  return [...spent].map(([part, took]) => [part, took / all] as [string, number]).sort(([, a], [, b]) => b - a);
}

function partsOfNodes({ nodes }: CpuProfile, partOf: (stack: readonly Frame[]) => string): Map<number, string> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const parts = new Map<number, string>();
  for (const { id, callFrame } of nodes) {
    if (IDLE.has(callFrame.functionName)) continue;
    const stack: Frame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = callers.get(at)) stack.push(frames.get(at)!);
    parts.set(id, partOf(stack));
  }
  return parts;
}
