import { describe, expect, it } from 'vitest';
import { drawCopySeconds, drawFailure, drawOutcome } from '../../bench/support/cms-copies.ts';
import { CMS, CMS_FAILURES } from '../../bench/support/cms-figures.ts';
import { cmsTasks, jobsOf } from '../../bench/support/cms-load.ts';
import { quantile } from '../../bench/support/quantile.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { classify } from '../../src/domain/failure-classes.ts';

const tasks = cmsTasks({ seed: 1, files: 400_000 });
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;

describe("a day of CMS's load", () => {
  it('has exactly the files that were asked for, in jobs that end within the day', () => {
    const jobs = tasks.flatMap(jobsOf);
    expect(sum(tasks.map(({ files }) => files))).toBe(400_000);
    expect(sum(jobs.map(({ files }) => files.length))).toBe(400_000);
    expect(jobs.length).toBe(sum(tasks.map((task) => task.jobs)));
    expect(jobs.every(({ at }) => at >= 0 && at < 24 * 3600)).toBe(true);
    expect(400_000 / jobs.length).toBeCloseTo(CMS.outputsPerJob + CMS.shareWithLogs, 0);
  });

  it('is the same for the same seed, and another for another', () => {
    const again = cmsTasks({ seed: 1, files: 400_000 });
    expect(again).toEqual(tasks);
    expect(jobsOf(again[7]!)).toEqual(jobsOf(tasks[7]!));
    expect(cmsTasks({ seed: 2, files: 1000 })).not.toEqual(cmsTasks({ seed: 1, files: 1000 }));
  });

  it('is made of many small tasks and a few large ones', () => {
    const sizes = tasks.map(({ whole }) => whole.jobs);
    expect(Math.max(...sizes)).toBeGreaterThan(3000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(CMS.largestTask);
    expect(quantile(tasks.filter(({ submittedAt }) => submittedAt >= 0).map(({ whole }) => whole.jobs), 0.5)).toBeLessThanOrEqual(6); // prettier-ignore
    const days = new Set(tasks.map(({ label }) => label.split('-')[0])).size;
    expect(days).toBeGreaterThan(1000);
    expect(days).toBeLessThan(2600);
  });

  it('has some 500 tasks open at a time, as many in the first hours of the day as in the last', () => {
    const spans = tasks.map((task) => jobsOf(task).map(({ at }) => at)).map((at) => [at[0]!, at.at(-1)!] as const);
    const openAt = (hour: number): number => spans.filter(([a, b]) => a <= hour * 3600 && hour * 3600 <= b).length;
    for (const hour of [3, 12, 21]) {
      expect(openAt(hour)).toBeGreaterThan(250);
      expect(openAt(hour)).toBeLessThan(900);
    }
  });

  it('has users and sites by Zipf, and never a site twice in a task', () => {
    const filesOf = (user: string): number => tasks.filter((task) => task.user === user).length / tasks.length;
    expect(filesOf('user1')).toBeGreaterThan(0.1);
    expect(filesOf('user1')).toBeLessThan(0.17);
    expect(new Set(tasks.map(({ user }) => user)).size).toBeGreaterThan(200);
    expect(new Set(tasks.flatMap(({ sources }) => sources)).size).toBe(CMS.sites);
    for (const { sources } of tasks) expect(new Set(sources).size).toBe(sources.length);
  });

  it('has outputs of 300 MB in the mean', () => {
    const outputs = tasks.slice(0, 400).flatMap(jobsOf).flatMap(({ files }) => files.filter(({ type }) => type === 'output')); // prettier-ignore
    const bytes = mean(outputs.map((file) => file.bytes));
    expect(bytes).toBeGreaterThan(250e6);
    expect(bytes).toBeLessThan(350e6);
  });
});

describe("FTS's copies", () => {
  const random = seededRandom(3);

  it("fail in production's proportions", () => {
    const reasons = Array.from({ length: 20_000 }, () => drawFailure(random));
    for (const { share, reason } of CMS_FAILURES)
      expect(reasons.filter((failure) => failure.reason === reason).length / reasons.length).toBeCloseTo(share, 1.7);
    const classes = reasons.map(({ reason, state }) => classify(reason, state).class);
    const shareOf = (name: string): number => classes.filter((found) => found === name).length / classes.length;
    expect(shareOf('space')).toBeCloseTo(0.434, 1.7);
    expect(shareOf('queue-expired')).toBeCloseTo(0.186, 1.7);
    expect(shareOf('unknown')).toBe(0);
  });

  it('fail seldom, and take seconds to minutes', () => {
    const outcomes = Array.from({ length: 50_000 }, () => drawOutcome(random));
    expect(outcomes.filter((outcome) => outcome !== null).length / outcomes.length).toBeCloseTo(CMS.shareOfFailures, 2);
    const seconds = Array.from({ length: 5000 }, () => drawCopySeconds(random, CMS.outputBytes.median));
    expect(quantile(seconds, 0.5)).toBeGreaterThan(10);
    expect(quantile(seconds, 0.99)).toBeLessThan(300);
  });
});
