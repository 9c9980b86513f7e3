import calibration from './calibration.json' with { type: 'json' };

/** What this repository's own benches have measured, each with its command, date and machine: what the model is set by and held against. */
export const CALIBRATION = calibration;

/** A quantity that grows with what Temporal stores and with what files need in any case. */
export interface Linear {
  perTransition: number;
  perFile: number;
}

/** Seconds of CPU of worker processes, of the Temporal server and of its database: the line through the measured ways to report. */
export const CPU = Object.freeze({
  worker: lineThrough(({ worker }) => worker),
  server: lineThrough(({ server }) => server),
});

/** Bytes of history per event, and per file in what is stored of its record: the line through burst and trickle, of two files a job. */
export const HISTORY_BYTES = Object.freeze(bytesLine());

function lineThrough(of: (run: (typeof calibration.cpu.runs)[number]) => number): Linear {
  const [a, b] = calibration.cpu.runs as [(typeof calibration.cpu.runs)[number], (typeof calibration.cpu.runs)[number]];
  const perTransition = (of(a) - of(b)) / (a.transitionsPerFile - b.transitionsPerFile) / 1000;
  return { perTransition, perFile: Math.max(0, of(b) / 1000 - perTransition * b.transitionsPerFile) };
}

function bytesLine(): { perEvent: number; perFile: number } {
  const { burst, trickle } = calibration.history;
  const perEvent = (trickle.bytes - burst.bytes) / (trickle.events - burst.events);
  return { perEvent, perFile: (burst.bytes - perEvent * burst.events) / 2 };
}
