import { apiUrl } from './api.js';
import { done, doneBytes, failed, hand, inHand, number, stateOf, success } from './columns.js';
import { h } from './dom.js';
import { ago, bytes, count, exactTime, files } from './format.js';
import { matrixTable, MEASURES, siteLink } from './matrix.js';
import { rangeText } from './ranges.js';
import { hrefTo, setOptions } from './route.js';
import { code, linked, panel, segments, sortableTable, withCode } from './tables.js';

/** Which question brought the numbers. */
export const asked = (name, parameters, says) => [h('span', {}, code(`GET ${apiUrl(name, parameters)}`), ` ${says}`)];
export const DIFFERENCES = 'What happened: differences between samples of the tasks’ own books.';
export const STANDING = 'In hand: as the tasks told it at the last sample.';

/** Where the totals and the charts have their numbers from. */
export const seriesQuery = ({ filter, range }) =>
  h(
    'details',
    { class: 'query totals' },
    h('summary', {}, 'Query of the totals and charts'),
    asked('series', { ...filter, from: range.from, to: range.to }, `${DIFFERENCES} ${STANDING}`).map((line) =>
      h('p', {}, line),
    ),
  );

/** Links, as a matrix or as a list. */
export function linksPanel({ links, unit, range, filter, route, rerender }) {
  const { view = route.kind === 'overview' ? 'matrix' : 'list', measure = 'traffic' } = route.options;
  const isMatrix = view === 'matrix' && links.length > 0;
  const controls = [
    route.kind === 'overview' &&
      segments(
        'Links as',
        [
          ['matrix', 'Matrix'],
          ['list', 'List'],
        ],
        view,
        (value) => setOptions({ view: value }),
      ),
    isMatrix && segments('Shade', MEASURES, measure, (value) => setOptions({ measure: value })),
  ];
  const query = asked(
    'links',
    { ...filter, from: range.from, to: range.to },
    `${DIFFERENCES} ${STANDING} Success: DONE of DONE and FAILED.`,
  );
  const columns = [
    { title: 'source', value: ({ source }) => source, show: ({ source }) => siteLink(source, 'from') },
    {
      title: 'destination',
      value: ({ destination }) => destination,
      show: ({ destination }) => siteLink(destination, 'to'),
    },
    {
      title: 'link',
      value: ({ source, destination }) => `${source} ${destination}`,
      show: (row) =>
        h('a', { href: hrefTo('link', row), 'aria-label': `link ${row.source} to ${row.destination}` }, 'show'),
    },
    ...[hand, done, doneBytes, failed, success],
    number(
      'rate',
      (row) => row.doneBytes / range.seconds,
      (value) => `${bytes(value)}/s`,
    ),
  ];
  return panel(
    { title: 'Links', note: `${rangeText(range)}; ${links.length} with files`, controls, query },
    isMatrix
      ? matrixTable(links, measure, unit)
      : sortableTable({
          name: 'links',
          caption: 'Links',
          rows: links,
          columns,
          key: ({ source, destination }) => `${source} ${destination}`,
          sort: [5, 'descending'],
          empty: 'No files on any link.',
          rerender,
        }),
  );
}

/** Users, with what happened to their files and what is in hand. */
export function usersPanel({ users, range, rerender }) {
  const columns = [
    { title: 'user', value: ({ user }) => user, show: ({ user }) => h('a', { href: hrefTo('user', { user }) }, user) },
    {
      title: 'open tasks',
      number: true,
      value: ({ openTasks }) => openTasks,
      show: (row) => linked(count(row.openTasks), row.ui.tasks, 'Open tasks'),
    },
    ...[hand, done, doneBytes, failed, success, number('published', ({ published }) => published)],
  ];
  const query = asked('users', { from: range.from, to: range.to }, `${DIFFERENCES} ${STANDING}`);
  return panel(
    { title: 'Users', note: rangeText(range), query },
    sortableTable({
      name: 'users',
      caption: 'Users',
      rows: users,
      columns,
      sort: [2, 'descending'],
      limit: 15,
      empty: 'Nobody had files.',
      rerender,
    }),
  );
}

/** Tasks, those that changed last first. */
export function tasksPanel({ tasks, more, now, range, filter, rerender }) {
  const isLink = Boolean(filter.source || filter.destination);
  const columns = [
    {
      title: 'task',
      value: ({ task }) => task,
      show: ({ task }) => h('a', { href: hrefTo('task', { task }, onLink(filter)), class: 'name' }, task),
    },
    { title: 'state', value: stateOf, show: (row) => linked(stateOf(row), row.ui, 'The task') },
    ...[number('in hand', inHand), done, doneBytes, failed],
    ...(isLink ? [] : [number('published', ({ published }) => published)]),
    {
      title: 'changed',
      number: true,
      value: ({ changedAt }) => changedAt,
      show: ({ changedAt }) => h('time', { title: exactTime(changedAt) }, ago(changedAt, now)),
    },
    { title: 'waits for', long: true, value: ({ waitsFor }) => waitsFor[0] ?? '' },
  ];
  const query = asked(
    'tasks',
    { ...filter, from: range.from, to: range.to },
    'As the tasks told it at the last sample: numbers over their whole life.',
  );
  const note = `open, or ended ${rangeText(range)}${isLink ? '; their files here' : ''}${more ? '; the latest 200' : ''}`;
  return panel(
    { title: 'Tasks', note, query },
    sortableTable({
      name: 'tasks',
      caption: 'Tasks',
      rows: tasks,
      columns,
      sort: [isLink ? 6 : 7, 'descending'],
      limit: 20,
      empty: 'No tasks.',
      rerender,
    }),
  );
}

/** From a link to a task: to its files on that link. */
const onLink = ({ source, destination }) => (source && destination ? { source, destination } : {});

/** Failures by class, with examples and what to do. */
export function failuresPanel({ failures, range, filter }) {
  const query = asked(
    'failures',
    { ...filter, from: range.from, to: range.to },
    'Now: files that are FAILED, or wait for another attempt, by the class of their last failure. Happened: by how many that has grown.',
  );
  if (failures.length === 0) return panel({ title: 'Failures', query }, h('p', { class: 'empty' }, 'No failures.'));
  const one = ({ class: name, now, happened, tasks, examples, advice, ui }) =>
    h(
      'li',
      { 'data-key': name },
      h(
        'h3',
        {},
        h('span', { class: 'class' }, name),
        h(
          'span',
          { class: 'count' },
          linked(`${files(now)} now`, ui, `Files of class ${name}`),
          ` in ${count(tasks)} ${tasks === 1 ? 'task' : 'tasks'}`,
          happened === null ? '' : `, ${count(happened)} ${rangeText(range)}`,
        ),
      ),
      h('p', {}, h('span', { class: 'muted' }, 'What to do: '), withCode(advice)),
      examples.length > 0 &&
        h(
          'details',
          { open: true },
          h('summary', {}, 'Examples'),
          examples.map(({ task, reason }) =>
            h('p', { class: 'reason' }, reason, ' ', h('a', { href: hrefTo('task', { task }, onLink(filter)) }, task)),
          ),
        ),
    );
  return panel(
    { title: 'Failures', note: 'by class, the largest first', query },
    h('ul', { class: 'failures' }, failures.map(one)),
  );
}
