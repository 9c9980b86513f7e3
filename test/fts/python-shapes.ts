import { expect } from 'vitest';

/** A job's id, a UUID. */
export const JOB_ID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;

/** A time as FTS writes it: UTC, without saying so. */
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as string;

/** So many hours, give or take three minutes. */
export const hours = (count: number): number => expect.closeTo(count, 1) as number;

export const A_STRING = expect.any(String) as string;
