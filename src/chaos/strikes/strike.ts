import type { Part } from '../cast.ts';
import type { PartName } from '../parts.ts';

/** A way to strike a part. */
export interface Strike {
  /** What happens, for the list of strikes. */
  what: string;
  targets: readonly PartName[];
  /** Shortest and longest time that it lasts, seconds. */
  lasts: readonly [number, number];
  /** How often it is drawn, against the others. */
  weight: number;
  begin(part: Part): void;
  end(part: Part): void;
}
