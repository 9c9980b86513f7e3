import type { PartName } from './parts.ts';
import { STRIKE_NAMES, STRIKES, type StrikeName } from './strikes/index.ts';

/** A strike, whom it hits and how long. */
export interface PlannedStrike {
  /** Milliseconds from the beginning. */
  at: number;
  kind: StrikeName;
  target: PartName;
  /** Milliseconds. */
  lasts: number;
}

/** Strikes begin after this, when everybody has come to work, and so much apart on average; milliseconds. */
const FIRST_MS = 4_000;
const EVERY_MS = 2_500;

/** Draws strikes on these parts until the time for them is over. They may overlap; the same kind hits a part once at a time. */
export function drawStrikes(random: () => number, untilMs: number, parts: readonly PartName[]): PlannedStrike[] {
  const strikes: PlannedStrike[] = [];
  const total = STRIKE_NAMES.reduce((sum, name) => sum + STRIKES[name].weight, 0);
  for (let at = FIRST_MS; at < untilMs; at += EVERY_MS * 2 * random()) {
    let drawn = random() * total;
    const kind = STRIKE_NAMES.find((name) => (drawn -= STRIKES[name].weight) < 0) ?? 'kill';
    const { lasts } = STRIKES[kind];
    const targets = STRIKES[kind].targets.filter((part) => parts.includes(part));
    const target = targets[Math.floor(random() * targets.length)] as PartName;
    const strike = { at, kind, target, lasts: (lasts[0] + random() * (lasts[1] - lasts[0])) * 1_000 };
    const isOn = strikes.some((other) => other.kind === kind && other.target === target && other.at + other.lasts > at);
    if (!isOn) strikes.push(strike);
  }
  return strikes;
}
