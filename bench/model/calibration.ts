import calibration from './calibration.json' with { type: 'json' };

/** What this repository's own benches have measured, each with its command, date and machine: what the model is set by and held against. */
export const CALIBRATION = calibration;

/** A quantity that grows with what Temporal stores and with what files need in any case. */
export interface Linear {
  perTransition: number;
  perFile: number;
}

/** Seconds of CPU of worker processes, of the Temporal server and of PostgreSQL: each the line through two measured loads. */
export const CPU = Object.freeze({
  worker: lineThrough(calibration.cpu.worker.runs),
  server: lineThrough(calibration.cpu.server.runs),
  database: lineThrough(calibration.cpu.database.runs),
});

/** Bytes of history per event, and per file in what is stored of its record: the line through burst and trickle, of two files a job. */
export const HISTORY_BYTES = Object.freeze(bytesLine());

function lineThrough([a, b]: { transitionsPerFile: number; secondsPer1000Files: number }[]): Linear {
  if (!a || !b) throw new Error('a line needs two measurements');
  const seconds = (b.secondsPer1000Files - a.secondsPer1000Files) / 1000;
  const perTransition = seconds / (b.transitionsPerFile - a.transitionsPerFile);
  return { perTransition, perFile: Math.max(0, a.secondsPer1000Files / 1000 - perTransition * a.transitionsPerFile) };
}

function bytesLine(): { perEvent: number; perFile: number } {
  const { burst, trickle } = calibration.history;
  const perEvent = (trickle.bytes - burst.bytes) / (trickle.events - burst.events);
  return { perEvent, perFile: (burst.bytes - perEvent * burst.events) / 2 };
}
