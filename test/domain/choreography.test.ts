import fc from 'fast-check';
import { describe, it } from 'vitest';
import { MODEL_POLICY, Simulation } from './model/simulation.ts';

const seeds = (maxLength: number): fc.Arbitrary<number[]> => fc.array(fc.nat(2 ** 31), { minLength: 20, maxLength });

describe('a task, its batches and publishers, in any order of events', () => {
  it('loses, doubles and mistakes no file', () => {
    fc.assert(
      fc.property(seeds(250), fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 2), (steps, jobs, maxActiveFtsJobs) => {
        const sim = new Simulation(1, jobs, { ...MODEL_POLICY, maxActiveFtsJobs });
        for (const step of steps) sim.step(step);
        sim.drain();
      }),
      { numRuns: Number(process.env['RUNS'] ?? 200) },
    );
  });
});
