import type { FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import type { TransferFault } from '../../src/simulators/fts3/faults.ts';

/** Milliseconds of every copy, as in the peers' experiments. */
const COPY_MS = 5_000;

/** An FTS that is never the narrow place: it starts every copy at once, and moves no bytes. */
export const fastFts = (files: number, copies: readonly TransferFault[] = STEADY): FtsSimulatorOptions => ({
  ...{ instant: true, tickMs: 100, activePerLink: files, transferFaults: copies },
});

const STEADY: readonly TransferFault[] = [{ url: '.', outcome: { slowMs: COPY_MS } }];

/** Copies of 2 to 11 s, so that something ends all the time: by the last digit of the job's number. */
export const SPREAD: readonly TransferFault[] = Array.from({ length: 10 }, (_, digit) => ({
  ...{ url: `${digit}\\.root$`, outcome: { slowMs: 2_000 + digit * 1_000 } },
}));
