import { apiUrl } from './api.js';
import { h } from './dom.js';
import { ago, amount, bytes, count, duration, exactTime, files, perHour, perSecond, share } from './format.js';
import { filesPanel } from './files-view.js';
import { matrixTable, MEASURES, siteLink } from './matrix.js';
import { rangeText } from './ranges.js';
import { hrefTo, hrefWith, setOptions } from './route.js';
import { code, linked, panel, segments, sortableTable } from './tables.js';

const inHand = ({ waiting, submitted, retry, held }) => waiting + submitted + retry + held;
const sumOf = (rows, of) => rows.reduce((sum, row) => sum + of(row), 0);

/** Which question brought the numbers. */
const asked = (name, parameters, says) => [h('span', {}, code(`GET ${apiUrl(name, parameters)}`), ` ${says}`)];
const DIFFERENCES = 'What happened: differences between samples of the tasks’ own books.';
const STANDING = 'In hand: as the tasks told it at the last sample.';

/** Where the view stands, as a way back. */
export function crumbs(route) {
  const parts = {
    site: [route.site],
    link: [`${route.source} → ${route.destination}`],
    user: [route.user],
    task: [route.task],
  }[route.kind];
  if (!parts) return null;
  return h(
    'nav',
    { 'aria-label': 'Where you are', class: 'crumbs' },
    h('a', { href: hrefTo('overview') }, 'Overview'),
    route.kind === 'link' && [' › ', siteLink(route.source, 'from')],
    ' › ',
    h('span', { 'aria-current': 'page' }, route.kind, ' ', h('strong', {}, parts[0])),
  );
}

/** The numbers that are looked at first. */
export function tiles({ series, links, state, range, route }) {
  const { totals, publicationLag, points } = series;
  const ended = totals.done + totals.failed;
  const hand = links && {
    files: sumOf(links, inHand),
    bytes: sumOf(links, ({ openBytes }) => openBytes),
    of: (name) => sumOf(links, (link) => link[name]),
  };
  const publishing = points.findLast(({ publishing: value }) => value !== null)?.publishing ?? null;
  const tile = (title, value, href, ...lines) =>
    h(
      'div',
      { class: 'tile card', 'data-key': title },
      h('h2', {}, title),
      h('p', { class: 'value' }, linked(value, href, title)),
      lines.map((line) => h('p', { class: 'muted' }, line)),
    );
  return h(
    'section',
    { class: 'tiles', 'aria-label': `Totals ${rangeText(range)}` },
    hand &&
      tile(
        'In hand now',
        count(hand.files),
        route.kind === 'overview' ? state.ui.openBatches : links[0]?.ui.open,
        bytes(hand.bytes),
        handLine(hand.of),
      ),
    tile(
      `Done ${rangeText(range)}`,
      count(totals.done),
      null,
      `${bytes(totals.doneBytes)}, ${perSecond(totals.doneBytes, range.seconds)}`,
      perHour(totals.done, range.seconds),
    ),
    tile(
      'Failed',
      count(totals.failed),
      null,
      totals.failed ? bytes(totals.failedBytes) : 'none',
      totals.killed ? `${files(totals.killed)} killed` : null,
    ),
    tile('Success', share(totals.done, ended), null, 'of files that ended DONE or FAILED'),
    totals.published !== null &&
      tile(
        'Published',
        count(totals.published),
        state.ui.openPublishers,
        totals.unpublished ? `${files(totals.unpublished)} not` : null,
        publicationLag === null ? null : `after ${duration(publicationLag)} on average`,
        publishing === null ? null : `${files(Math.round(publishing))} waiting`,
      ),
    route.kind === 'overview' &&
      tile(
        'Open tasks',
        count(state.openTasks),
        state.ui.openTasks,
        state.unanswered ? `${count(state.unanswered)} did not answer` : null,
      ),
  );
}

const handLine = (of) =>
  [
    ['waiting', 'waiting'],
    ['submitted', 'in FTS'],
    ['retry', 'to be retried'],
    ['held', 'held'],
  ]
    .filter(([name]) => of(name) > 0)
    .map(([name, text]) => `${count(of(name))} ${text}`)
    .join(', ') || 'nothing waits';

const hand = {
  title: 'in hand',
  number: true,
  value: inHand,
  show: (row) => linked(count(inHand(row)), row.ui?.open ?? row.ui?.tasks ?? null, 'In hand'),
};
const number = (title, value, show = count, hint) => ({
  title,
  number: true,
  value,
  show: (row) => show(value(row)),
  hint,
});
const done = number('done', ({ done: value }) => value);
const doneBytes = number('bytes', ({ doneBytes: value }) => value, bytes);
const failed = {
  title: 'failed',
  number: true,
  value: ({ failed: value }) => value,
  show: ({ failed: value }) => h('span', { class: value ? 'bad' : null }, count(value)),
};
const success = {
  title: 'success',
  number: true,
  value: (row) => (row.done + row.failed ? row.done / (row.done + row.failed) : null),
  show: (row) => share(row.done, row.done + row.failed),
};

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
    { title: 'waits for', value: ({ waitsFor }) => waitsFor[0] ?? '', show: ({ waitsFor }) => waitsFor[0] ?? '' },
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

const stateOf = ({ endedAt, paused, held }) =>
  endedAt !== null ? 'ended' : paused ? 'paused' : held ? 'held' : 'open';

/** From a link to a task: to its files on that link. */
const onLink = ({ source, destination }) => (source && destination ? { source, destination } : {});

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
      h('p', {}, h('span', { class: 'muted' }, 'What to do: '), advice),
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

/** The view of one task. */
export function taskPanels({ task, links, failures, found, error, now, range, route, rerender }) {
  const { options } = route;
  if (!task)
    return h(
      'p',
      { class: 'notice' },
      'No sample of this task: it never ran while the monitor did, or its time here is over.',
      ' ',
      h('a', { href: hrefTo('overview') }, 'Back to the overview'),
    );
  const fact = (term, ...value) => [h('dt', {}, term), h('dd', {}, value)];
  const facts = h(
    'dl',
    { class: 'facts' },
    fact('user', h('a', { href: hrefTo('user', { user: task.user }) }, task.user)),
    fact(
      'state',
      linked(stateOf(task), task.ui, 'The task'),
      task.endedAt === null ? '' : ` ${ago(task.endedAt, now)}`,
    ),
    fact('opened', h('time', { title: exactTime(task.openedAt) }, ago(task.openedAt, now))),
    fact('last change', h('time', { title: exactTime(task.changedAt) }, ago(task.changedAt, now))),
    fact(
      'files',
      `${count(task.files)}: ${count(inHand(task))} in hand, ${count(task.done)} done (${bytes(task.doneBytes)}), ${count(task.failed)} failed, ${count(task.killed)} killed, ${count(task.rejected)} rejected`,
    ),
    fact(
      'publication',
      `${count(task.published)} published, ${count(task.publishing)} waiting, ${count(task.unpublished)} failed`,
    ),
    task.waitsFor.length > 0 &&
      fact(
        'waits for',
        task.waitsFor.map((text) => h('p', {}, text)),
      ),
  );
  const columns = [
    { title: 'source', value: ({ source }) => source, show: ({ source }) => siteLink(source, 'from') },
    {
      title: 'destination',
      value: ({ destination }) => destination,
      show: ({ destination }) => siteLink(destination, 'to'),
    },
    {
      title: 'files',
      number: true,
      value: ({ files: value }) => value,
      show: (row) =>
        h(
          'a',
          {
            href: hrefWith({ source: row.source, destination: row.destination }),
            'aria-label': `${count(row.files)} files from ${row.source} to ${row.destination}`,
          },
          count(row.files),
        ),
    },
    ...[hand, done, doneBytes, failed, number('killed', ({ killed }) => killed)],
  ];
  return [
    panel(
      { title: 'The task', query: asked('tasks', { task: task.task }, 'As it told it at the last sample.') },
      facts,
    ),
    panel(
      {
        title: 'Its links',
        query: asked(
          'task-links',
          { task: task.task },
          'As it told it at the last sample: numbers over its whole life.',
        ),
      },
      sortableTable({
        name: 'task links',
        caption: 'Links of the task',
        rows: links,
        columns,
        key: ({ source, destination }) => `${source} ${destination}`,
        sort: [2, 'descending'],
        empty: 'No files.',
        rerender,
      }),
    ),
    failures.length > 0 && failuresPanel({ failures, range, filter: { task: task.task } }),
    filesPanel({ task: task.task, options, found, error, ui: task.ui }),
  ];
}

/** What the charts draw of a series. */
export function chartsOf(series, unit, range) {
  const { points, step } = series;
  const times = points.map(({ at }) => at);
  const of = (name) => points.map((point) => point[name]);
  const isBytes = unit === 'bytes';
  const bar = (name, color, values) => ({ name, color, kind: 'bar', stack: true, values });
  const per = `per ${duration(step)}`;
  return {
    ended: {
      title: 'Files that ended',
      note: per,
      unit,
      times,
      step,
      series: [
        bar('done', '--done', of(isBytes ? 'doneBytes' : 'done')),
        bar('failed', '--failed', of(isBytes ? 'failedBytes' : 'failed')),
        ...(isBytes ? [] : [bar('killed', '--killed', of('killed'))]),
      ],
    },
    inHand: points.some(({ active }) => active !== null) && {
      title: 'Files in hand',
      note: 'mean of the samples',
      unit,
      times,
      step,
      series: [{ name: 'in hand', color: '--active', kind: 'line', values: of(isBytes ? 'activeBytes' : 'active') }],
    },
    publication: points.some(({ publishing }) => publishing !== null) && {
      title: 'Publication',
      note:
        series.publicationLag === null
          ? `files ${per}; nothing was published ${rangeText(range)}`
          : `files ${per}; a file waits ${duration(series.publicationLag)} on average`,
      unit: 'files',
      ...{ times, step },
      series: [
        { name: 'published', color: '--published', kind: 'bar', values: of('published') },
        { name: 'waiting', color: '--warn', kind: 'line', values: of('publishing') },
      ],
    },
  };
}

/** What the lag means, where it is shown. */
export const lagText = (source) =>
  source === 'prometheus'
    ? 'Publication lag: mean of aso_stage_seconds of stage done_published, from DONE to DBS.'
    : 'Publication lag: files handed over for publication (their jobs complete and DONE) and not in DBS yet, on average, divided by those published per time (Little’s law).';

export { amount };
