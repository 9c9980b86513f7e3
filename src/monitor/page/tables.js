import { h } from './dom.js';

/** How each table is sorted, by its name: kept while the page is open. */
const sorting = new Map();

/**
 * A table that can be sorted by its columns.
 * @param {{
 *   name: string, caption: string, rows: object[], empty: string, key?: (row: object) => string, limit?: number, rerender: () => void,
 *   columns: { title: string, value: (row: object) => string | number | null, show?: (row: object) => unknown, number?: boolean, long?: boolean, hint?: string }[],
 *   sort?: [number, 'ascending' | 'descending'],
 * }} table `sort`: column and direction at first
 */
export function sortableTable({
  name,
  caption,
  rows,
  columns,
  empty,
  key,
  sort = [0, 'ascending'],
  limit = 50,
  rerender,
}) {
  if (rows.length === 0) return h('p', { class: 'empty' }, empty);
  const [by, direction] = sorting.get(name) ?? sort;
  const sorted = [...rows].sort(
    (a, b) => compare(columns[by].value(a), columns[by].value(b)) * (direction === 'ascending' ? 1 : -1),
  );
  const isAll = sorting.get(`${name} all`) === true;
  const shown = isAll ? sorted : sorted.slice(0, limit);
  const sortBy = (at) => () => {
    const first = columns[at].number ? 'descending' : 'ascending';
    const other = direction === 'ascending' ? 'descending' : 'ascending';
    sorting.set(name, [at, at === by ? other : first]);
    rerender();
  };
  const head = columns.map(({ title, number, hint }, at) =>
    h(
      'th',
      { scope: 'col', class: number ? 'number' : null, 'aria-sort': at === by ? direction : null, title: hint },
      h('button', { type: 'button', onclick: sortBy(at) }, title),
    ),
  );
  const cell = (row, { value, show, number, long }, at) =>
    h(
      at === 0 ? 'th' : 'td',
      { scope: at === 0 ? 'row' : null, class: number ? 'number' : long ? 'long' : null },
      show ? show(row) : value(row),
    );
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, head)),
      h(
        'tbody',
        {},
        shown.map((row) =>
          h(
            'tr',
            { 'data-key': key ? key(row) : String(columns[0].value(row)) },
            columns.map((column, at) => cell(row, column, at)),
          ),
        ),
      ),
    ),
    sorted.length > limit &&
      h(
        'button',
        { type: 'button', class: 'button more', onclick: () => (sorting.set(`${name} all`, !isAll), rerender()) },
        isAll ? `Show the first ${limit}` : `Show all ${sorted.length}`,
      ),
  );
}

function compare(a, b) {
  if (typeof a === 'number' || typeof b === 'number') return (a ?? -Infinity) - (b ?? -Infinity);
  return String(a ?? '').localeCompare(String(b ?? ''));
}

/** A panel: a heading, what goes beside it, what it shows, and which query its numbers come from. */
export function panel({ title, note, controls, query }, ...content) {
  return h(
    'section',
    { class: 'card panel', 'data-key': title },
    h(
      'header',
      {},
      h('h2', {}, title),
      note && h('p', { class: 'muted' }, note),
      controls && h('div', { class: 'controls' }, controls),
    ),
    content,
    query &&
      h(
        'details',
        { class: 'query' },
        h('summary', {}, 'Query'),
        query.map((line) => h('p', {}, line)),
      ),
  );
}

/** A number that leads to where it can be looked at, in Temporal's own pages. */
export const linked = (text, href, what) =>
  href
    ? h(
        'a',
        { href, class: 'out', target: '_blank', rel: 'noreferrer', title: `${what}: open the list in Temporal` },
        text,
      )
    : text;

/** Buttons of which one is chosen. */
export const segments = (label, choices, chosen, choose) =>
  h(
    'div',
    { class: 'segments', role: 'group', 'aria-label': label },
    choices.map(([value, text]) =>
      h('button', { type: 'button', 'aria-pressed': String(value === chosen), onclick: () => choose(value) }, text),
    ),
  );

/** A text in which commands stand between backticks. */
export const withCode = (text) => text.split('`').map((part, at) => (at % 2 ? h('code', {}, part) : part));

/** One line of code, as it may be copied. */
export const code = (text) => h('code', {}, text);
