import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { TransferFault } from './fts3/faults.ts';
import type { FtsSimulatorOptions } from './fts3/simulator.ts';
import { REQUEST_FAULT_ACTIONS, type RequestFault, type RequestFaults } from './request-faults.ts';

/** A time in which every connection is dropped. Both in seconds. */
export interface Outage {
  /** From the simulator's start. */
  after: number;
  for: number;
}

/** How fast FTS works; what is not given is as in production. Times in milliseconds. */
export type Clockwork = Pick<
  FtsSimulatorOptions,
  | 'tickMs'
  | 'activePerLink'
  | 'minCopyMs'
  | 'bytesPerSecond'
  | 'expiryCheckMs'
  | 'cancelGraceMs'
  | 'stalledAfterMs'
  | 'storageTimeoutMs'
>;

/** What a simulator does wrong, as written in a YAML file. */
export interface FaultScript {
  requestFaults: RequestFault[];
  /** Of use to the FTS simulator only. */
  transferFaults: TransferFault[];
  outages: Outage[];
  /** Of use to the FTS simulator only. */
  clockwork: Clockwork;
}

/** A fault script that cannot be used; the message names each wrong field and the rule it breaks, one per line. */
export class FaultScriptError extends Error {}

const count = (least: number) =>
  z.int(`must be a whole number, at least ${least}`).min(least, `must be a whole number, at least ${least}`);
const number = z.number('must be a number, 0 or more').min(0, 'must be a number, 0 or more');
const text = z.string('must be a text');
const regex = z.string('must be a regular expression').refine(isRegex, 'must be a regular expression');

const requestFault = z
  .strictObject({
    method: z
      .string('must be an HTTP method')
      .regex(/^[A-Z]+$/, 'must be an HTTP method in capitals')
      .exactOptional(),
    path: regex,
    containing: regex.exactOptional(),
    skip: count(0).exactOptional(),
    times: count(1).exactOptional(),
    delayMs: number.exactOptional(),
    stallMs: number.exactOptional(),
    action: z.enum(REQUEST_FAULT_ACTIONS, `must be one of ${REQUEST_FAULT_ACTIONS.join(', ')}`).exactOptional(),
    status: z
      .int('must be an HTTP status')
      .min(200, 'must be an HTTP status')
      .max(599, 'must be an HTTP status')
      .exactOptional(),
    body: text.exactOptional(),
    headers: z.record(z.string(), text, 'must be texts by name').exactOptional(),
  })
  .refine(
    ({ action, delayMs, stallMs }) => (action ?? delayMs ?? stallMs) !== undefined,
    'must have an action, delayMs or stallMs',
  );

const outcome = z.union(
  [
    z.literal('hang'),
    z.strictObject({ fail: text, recoverable: z.boolean().exactOptional() }),
    z.strictObject({ slowMs: number }),
    z.strictObject({ corrupt: z.literal(true) }),
  ],
  'must be hang, {fail: reason, recoverable?: true or false}, {slowMs: number} or {corrupt: true}',
);

const script = z.strictObject({
  requestFaults: z.array(requestFault, 'must be a list').default([]),
  transferFaults: z
    .array(
      z.strictObject({ url: regex, skip: count(0).exactOptional(), times: count(1).exactOptional(), outcome }),
      'must be a list',
    )
    .default([]),
  outages: z.array(z.strictObject({ after: number, for: number }), 'must be a list').default([]),
  clockwork: z
    .strictObject({
      tickMs: count(1).exactOptional(),
      activePerLink: count(1).exactOptional(),
      minCopyMs: count(0).exactOptional(),
      bytesPerSecond: count(1).exactOptional(),
      expiryCheckMs: count(1).exactOptional(),
      cancelGraceMs: count(0).exactOptional(),
      stalledAfterMs: count(1).exactOptional(),
      storageTimeoutMs: count(1).exactOptional(),
    })
    .default({}),
});

/** Reads a fault script. @throws FaultScriptError */
export function parseFaultScript(yaml: string): FaultScript {
  let content: unknown;
  try {
    content = parse(yaml) ?? {};
  } catch (error) {
    throw new FaultScriptError(error instanceof YAMLParseError ? `not YAML: ${error.message}` : String(error));
  }
  const result = script.safeParse(content);
  if (result.success) return result.data;
  throw new FaultScriptError(result.error.issues.map(describe).join('\n'));
}

function describe(issue: z.core.$ZodIssue): string {
  const field = issue.path.reduce<string>(
    (path, key) => (typeof key === 'number' ? `${path}[${key}]` : path ? `${path}.${String(key)}` : String(key)),
    '',
  );
  const rule = issue.code === 'unrecognized_keys' ? `unknown field ${issue.keys.join(', ')}` : issue.message;
  return `${field || 'fault script'}: ${rule}`;
}

function isRegex(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

/** Begins each outage when its time has come; tells how to call off those that have not begun. */
export function scheduleOutages(faults: RequestFaults, outages: readonly Outage[]): () => void {
  const timers = outages.map((outage) =>
    setTimeout(() => faults.outage(outage.for * 1000), outage.after * 1000).unref(),
  );
  return () => timers.forEach((timer) => clearTimeout(timer));
}
