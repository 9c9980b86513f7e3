/** Something that must hold, and whether it did. */
export interface Bound {
  /** With the bound itself, e.g. `at most 15 s`. */
  name: string;
  found: string | number;
  holds: boolean;
  /** One of the project's targets: it stands in the first table of docs/performance.md. @default false */
  isTarget?: boolean;
}

/** A bound on what must not happen at all. */
export const none = (what: string, found: number): Bound => ({ name: `${what}, must be 0`, found, holds: found === 0 });

/** @param unit behind both numbers, e.g. `s`; what is NaN was not measured, and does not hold */
export const atMost = (what: string, found: number, bound: number, unit = ''): Bound => ({
  name: `${what}, at most ${withUnit(bound, unit)}`,
  found: withUnit(found, unit),
  holds: found <= bound,
});

/** As `atMost`. */
export const atLeast = (what: string, found: number, bound: number, unit = ''): Bound => ({
  name: `${what}, at least ${withUnit(bound, unit)}`,
  found: withUnit(found, unit),
  holds: found >= bound,
});

/** The same bound as a target of the project. */
export const target = (bound: Bound): Bound => ({ ...bound, isTarget: true });

/** Three digits that count; what is larger keeps all of its whole ones. */
export const rounded = (value: number): number =>
  Math.abs(value) >= 100 || !Number.isFinite(value) ? Math.round(value) : Number(value.toPrecision(3));

const withUnit = (value: number, unit: string): string => `${rounded(value)}${unit && ` ${unit}`}`;
