/** Whose numbers are asked for; all where nothing is named. Sites together name a link. */
export interface Filter {
  source?: string | undefined;
  destination?: string | undefined;
  user?: string | undefined;
  task?: string | undefined;
}

/** What happened in a stretch of time, in files and bytes. */
export interface Happened {
  reported: number;
  done: number;
  failed: number;
  killed: number;
  doneBytes: number;
  failedBytes: number;
}

/** A point of a chart. What nobody knows is null: nothing was sampled then, or it is not kept for this filter. */
export interface SeriesPoint extends Happened {
  at: number;
  published: number | null;
  unpublished: number | null;
  active: number | null;
  activeBytes: number | null;
  /** Files handed over for publication and not in DBS yet. */
  publishing: number | null;
}

/** How a stretch of time went, drawn and as a whole. */
export interface Series {
  from: number;
  to: number;
  step: number;
  points: SeriesPoint[];
  totals: Happened & { published: number | null; unpublished: number | null };
  /** Mean time from hand-over to DBS by Little's law, seconds; null where nothing was published or nothing is known. */
  publicationLag: number | null;
}

/** Files in hand now, by where they stand. */
export interface InHand {
  waiting: number;
  submitted: number;
  retry: number;
  held: number;
  openBytes: number;
}

export interface TaskRow extends InHand {
  task: string;
  user: string;
  openedAt: number;
  changedAt: number;
  endedAt: number | null;
  paused: boolean;
  files: number;
  done: number;
  failed: number;
  killed: number;
  rejected: number;
  doneBytes: number;
  publishing: number;
  published: number;
  unpublished: number;
  waitsFor: string[];
}

export interface TaskLinkRow extends InHand {
  source: string;
  destination: string;
  files: number;
  done: number;
  failed: number;
  killed: number;
  doneBytes: number;
}

/** Where the monitor's numbers come from: its own history, or Prometheus for what happened. */
export interface SeriesSource {
  name: 'sqlite' | 'prometheus';
  series(filter: Filter, from: number, to: number): Promise<Series>;
  /** Links with what happened on them; files in hand are not among it. */
  links(filter: Filter, from: number, to: number): Promise<(Happened & { source: string; destination: string })[]>;
}
