import { h } from './dom.js';
import { bytes, count, share } from './format.js';
import { linked } from './tables.js';

/** Files of a row that are not final. */
export const inHand = ({ waiting, submitted, retry, held }) => waiting + submitted + retry + held;

/** In what state a task is. */
export const stateOf = ({ endedAt, paused, held }) =>
  endedAt !== null ? 'ended' : paused ? 'paused' : held ? 'held' : 'open';

/** Columns that several tables have. */
export const hand = {
  title: 'in hand',
  number: true,
  value: inHand,
  show: (row) => linked(count(inHand(row)), row.ui?.open ?? row.ui?.tasks ?? null, 'In hand'),
};
export const number = (title, value, show = count, hint) => ({
  title,
  number: true,
  value,
  show: (row) => show(value(row)),
  hint,
});
export const done = number('done', ({ done: value }) => value);
export const doneBytes = number('bytes', ({ doneBytes: value }) => value, bytes);
export const failed = {
  title: 'failed',
  number: true,
  value: ({ failed: value }) => value,
  show: ({ failed: value }) => h('span', { class: value ? 'bad' : null }, count(value)),
};
export const success = {
  title: 'success',
  number: true,
  value: (row) => (row.done + row.failed ? row.done / (row.done + row.failed) : null),
  show: (row) => share(row.done, row.done + row.failed),
};
