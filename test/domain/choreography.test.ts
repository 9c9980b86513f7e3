import fc from 'fast-check';
import { describe, it } from 'vitest';
import { Simulation, type SimulationOptions } from './model/simulation.ts';

/** Each number decides one step: what happens next of all that could, and how it turns out. */
const steps = (maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(2 ** 31 - 1), { minLength: 10, maxLength, size: 'max' });

const options = fc.record({
  jobs: fc.integer({ min: 1, max: 3 }),
  maxActiveFtsJobs: fc.constantFrom(1, 2),
  bustle: fc.constantFrom(0.12, 0.05, 0.02),
  haste: fc.constantFrom(0, 0.5, 0.9),
});

/** After any sequence of steps everything goes on to its end: then, and after each step, the invariants hold (model/invariants.ts). */
function run(sequence: number[], choices: SimulationOptions): void {
  const simulation = new Simulation(choices);
  if (choices.killing) simulation.untilCopying();
  for (const seed of sequence) simulation.step(seed);
  simulation.drain();
}

describe('a task, its batches and publishers, in any order of events', () => {
  it('lose, double and mistake no file in short runs', () => {
    fc.assert(fc.property(steps(60), options, run), { numRuns: 1000, seed: 1 });
  });

  it('lose, double and mistake no file in long runs', () => {
    fc.assert(fc.property(steps(600), options, run), { numRuns: 300, seed: 2 });
  });

  it('never have two copies write one destination, whatever is killed and run again meanwhile', () => {
    const killing = fc.record({
      jobs: fc.integer({ min: 1, max: 3 }),
      maxActiveFtsJobs: fc.constantFrom(1, 2),
      bustle: fc.constantFrom(0.3, 0.15),
      haste: fc.constantFrom(0.2, 0.6),
      killing: fc.constant(true),
    });
    fc.assert(fc.property(steps(150), killing, run), { numRuns: 1000, seed: 3 });
  });
});
