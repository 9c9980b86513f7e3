import { FAILURE_CLASSES } from '../failure-classes.ts';
import { PUBLICATION_STATES, TRANSFER_STATES } from '../states.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { LedgerEntry } from './entry.ts';
import { Ledger } from './ledger.ts';
import { noVolume } from './volume.ts';

/**
 * The ledger as bytes, for continue-as-new: column by column, so that what repeats stands together and compresses. What cannot be
 * compressed is the 8 bytes of each key and the 4 of each check.
 */
const VERSION = 1;

/** A column of small integers over all entries: how to read it off an entry. */
type Column = [
  get: (entry: LedgerEntry, rules: string[]) => number,
  set: (entry: LedgerEntry, value: number, rules: string[]) => void,
];

/** Nullable choices are shifted by one, so that 0 stands for none. */
const COLUMNS: Column[] = [
  [(e) => e.retry, (e, v) => (e.retry = v)],
  [(e) => e.startTime, (e, v) => (e.startTime = v)],
  [(e) => e.batch, (e, v) => (e.batch = v)],
  [(e) => TRANSFER_STATES.indexOf(e.transfer), (e, v) => (e.transfer = TRANSFER_STATES[v] ?? 'NEW')],
  [(e) => PUBLICATION_STATES.indexOf(e.publication), (e, v) => (e.publication = PUBLICATION_STATES[v] ?? 'NEW')],
  [
    (e) => (e.failure ? FAILURE_CLASSES.indexOf(e.failure) + 1 : 0),
    (e, v) => (e.failure = FAILURE_CLASSES[v - 1] ?? null),
  ],
  [(e, rules) => (e.rule ? rules.indexOf(e.rule) + 1 : 0), (e, v, rules) => (e.rule = rules[v - 1] ?? null)],
  [(e) => e.link, (e, v) => (e.link = v)],
  [(e) => e.dataset + 1, (e, v) => (e.dataset = v - 1)],
  [(e) => e.awaits, (e, v) => (e.awaits = v)],
  [
    (e) => (e.type === 'log' ? 1 : 0) + (e.incomplete ? 2 : 0) + (e.waits ? 4 : 0) + (e.untold ? 8 : 0),
    (e, v) => {
      e.type = v & 1 ? 'log' : 'output';
      e.incomplete = (v & 2) > 0;
      e.waits = (v & 4) > 0;
      e.untold = (v & 8) > 0;
    },
  ],
];

/** Encodes the whole ledger. */
export function encodeLedger(ledger: Ledger): Uint8Array {
  const out = new ByteWriter();
  out.number(VERSION);
  const rules = [...new Set([...ledger.entries()].flatMap(({ rule }) => rule ?? []))];
  list(out, rules);
  list(
    out,
    ledger.links.flatMap(({ source, destination }) => [source, destination]),
  );
  list(out, ledger.datasets);
  out.number(ledger.reasons.size);
  for (const [failure, reasons] of ledger.reasons) list(out, [failure, ...reasons]);

  const jobs = [...ledger.jobs.values()];
  list(
    out,
    jobs.map(({ id }) => id),
  );
  for (const job of jobs) out.signed(job.retry);
  for (const job of jobs) out.number(job.expected);
  for (const job of jobs) out.number(job.entries.length);

  const entries = [...ledger.entries()];
  for (const entry of entries) out.hex(entry.key);
  for (const entry of entries) out.hex(entry.check.toString(16).padStart(8, '0'));
  for (const [get] of COLUMNS) {
    let before = 0;
    for (const entry of entries) {
      const value = get(entry, rules);
      out.signed(value - before);
      before = value;
    }
  }
  for (const { done, failed } of ledger.links.map((_, link) => ledger.volumes[link] ?? noVolume())) {
    out.number(done);
    out.number(failed);
  }
  for (const { lastChangeAt } of ledger.links) out.number(lastChangeAt);
  return out.finish();
}

/** Decodes what `encodeLedger` wrote. Throws RangeError on anything else. */
export function decodeLedger(bytes: Uint8Array): Ledger {
  const input = new ByteReader(bytes);
  const version = input.number();
  if (version !== VERSION) throw new RangeError(`ledger version ${version} is not ${VERSION}`);
  const ledger = new Ledger();
  const rules = texts(input);
  const links = texts(input);
  for (let i = 0; i < links.length; i += 2) ledger.linkIndex(links[i] ?? '', links[i + 1] ?? '');
  ledger.datasets.push(...texts(input));
  for (let n = input.number(); n > 0; n--) {
    const [failure, ...reasons] = texts(input);
    const known = FAILURE_CLASSES.find((name) => name === failure);
    if (known) ledger.reasons.set(known, reasons);
  }

  const jobs = texts(input).map((id) => ledger.job(id));
  for (const job of jobs) job.retry = input.signed();
  for (const job of jobs) job.expected = input.number();
  const owners = jobs.flatMap((job) => Array.from({ length: input.number() }, () => job));

  const entries = owners.map(() => blank(input.hex(16)));
  for (const entry of entries) entry.check = parseInt(input.hex(8), 16);
  for (const [, set] of COLUMNS) {
    let value = 0;
    for (const entry of entries) set(entry, (value += input.signed()), rules);
  }
  // Books of before bytes were counted end here.
  if (!input.atEnd)
    while (ledger.volumes.length < ledger.links.length)
      ledger.volumes.push({ open: 0, done: input.number(), failed: input.number() });
  // Those of before links had times, here.
  if (!input.atEnd) for (const link of ledger.links) link.lastChangeAt = input.number();
  owners.forEach((job, i) => ledger.insert(job, entries[i] as LedgerEntry));
  ledger.changed.clear();
  return ledger;
}

const blank = (key: string): LedgerEntry => ({
  key,
  check: 0,
  retry: 0,
  startTime: 0,
  type: 'output',
  batch: 0,
  transfer: 'NEW',
  publication: 'NEW',
  failure: null,
  rule: null,
  link: 0,
  dataset: -1,
  awaits: 0,
  incomplete: false,
  waits: false,
  untold: false,
});

function list(out: ByteWriter, values: string[]): void {
  out.number(values.length);
  for (const value of values) out.text(value);
}

function texts(input: ByteReader): string[] {
  return Array.from({ length: input.number() }, () => input.text());
}
