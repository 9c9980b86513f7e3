import { h } from './dom.js';
import { bytes, count, duration, files, perHour, perSecond, share } from './format.js';
import { inHand } from './columns.js';
import { siteLink } from './matrix.js';
import { rangeText } from './ranges.js';
import { hrefTo } from './route.js';
import { linked } from './tables.js';

const sumOf = (rows, of) => rows.reduce((sum, row) => sum + of(row), 0);

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
export function tiles({ series, links, openUi, state, range, route }) {
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
    hand && tile('In hand now', count(hand.files), openUi, bytes(hand.bytes), handLine(hand.of)),
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
