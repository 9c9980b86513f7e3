import { ask } from './api.js';
import { drawChart, hideChart } from './charts.js';
import { h, show } from './dom.js';
import { ago, count, duration, files } from './format.js';
import { currentRange, showRanges } from './ranges.js';
import { currentRoute, hrefWith, setOptions } from './route.js';
import { stuckPanel } from './stuck-view.js';
import { segments } from './tables.js';
import { chartsOf, crumbs, lagText, tiles } from './overview.js';
import { failuresPanel, linksPanel, seriesQuery, tasksPanel, usersPanel } from './panels.js';
import { taskPanels } from './task-view.js';

const at = (id) => document.getElementById(id);
/** The page asks again so often, seconds; never more often than samples are taken. */
const REFRESH_S = 15;

/** What was asked last, for showing it again when only the way it is shown has changed. */
let shown = null;
/** What was stuck when somebody looked last; it takes longer than all else, which does not wait for it. */
let stuck = null;
let paused = false;
let round = 0;
let timer;

/** Looks for what is stuck, and shows it when it is known. */
async function lookForStuck() {
  try {
    stuck = await ask('stuck');
  } catch (error) {
    stuck = { stuck: stuck?.stuck ?? [], stuckError: error.message };
  }
  render();
}

/** The questions of a view, asked together. */
async function load(route) {
  const range = currentRange();
  const times = { from: range.from, to: range.to };
  const { kind, options } = route;
  const direction = options.dir === 'from' ? 'source' : 'destination';
  const filter =
    kind === 'site'
      ? { [direction]: route.site }
      : kind === 'link'
        ? { source: route.source, destination: route.destination }
        : kind === 'user'
          ? { user: route.user }
          : kind === 'task'
            ? { task: route.task }
            : {};
  const isTask = kind === 'task';
  const hasSites = kind === 'overview' || kind === 'site' || kind === 'link';
  const [state, series, links, users, tasks, failures, found] = await Promise.all([
    ask('state'),
    ask('series', { ...filter, ...times }),
    isTask ? ask('task-links', filter) : hasSites ? ask('links', { ...filter, ...times }) : { links: null },
    kind === 'overview' ? ask('users', times) : { users: null },
    ask('tasks', { ...filter, ...times }),
    ask('failures', { ...filter, ...times }),
    isTask ? loadFiles(route) : null,
  ]);
  return {
    route,
    range,
    filter,
    state,
    series,
    ...links,
    ...users,
    ...tasks,
    ...failures,
    ...found,
    at: Date.now() / 1000,
  };
}

/** A task that does not answer leaves the rest of the view as it is. */
async function loadFiles({ task, options: { state, source, destination } }) {
  try {
    return { found: await ask('files', { task, state, source, destination }), error: null };
  } catch (error) {
    return { found: null, error: error.message };
  }
}

function render() {
  if (!shown) return;
  const { route, range, state, series } = shown;
  // Options may have changed since it was asked.
  const { options } = currentRoute();
  const unit = options.unit === 'bytes' ? 'bytes' : 'files';
  const data = { ...shown, route: { ...route, options }, unit, now: state.now, rerender: render };
  const unitChoice = segments(
    'Unit',
    [
      ['files', 'Files'],
      ['bytes', 'Bytes'],
    ],
    unit,
    (value) => setOptions({ unit: value }),
  );
  const direction = options.dir === 'from' ? 'from' : 'to';
  const direct =
    route.kind === 'site' &&
    segments(
      'Direction',
      [
        ['to', `To ${route.site}`],
        ['from', `From ${route.site}`],
      ],
      direction,
      (value) => setOptions({ dir: value }),
    );
  show(
    at('head'),
    h('div', { class: 'subbar' }, crumbs(route), direct, unitChoice),
    route.kind === 'task' ? null : tiles(data),
    seriesQuery(data),
  );
  drawCharts(series, unit, range);
  at('body').className = route.kind;
  if (route.kind === 'task') show(at('body'), taskPanels({ ...data, task: data.tasks[0] }));
  else
    show(
      at('body'),
      data.links && route.kind !== 'link' && linksPanel(data),
      route.kind === 'overview' && stuckPanel({ ...stuck, now: state.now }),
      failuresPanel(data),
      data.users && usersPanel(data),
      tasksPanel(data),
    );
  const name = { site: route.site, link: `${route.source} → ${route.destination}`, user: route.user, task: route.task }[
    route.kind
  ];
  document.title = `${name ? `${name} · ` : ''}AsyncStageOut monitor`;
  at('namespace').hidden = false;
  show(at('namespace'), state.namespace);
  show(at('about'), [
    `Release ${state.release}. History since ${state.beginsAt ? new Date(state.beginsAt * 1000).toLocaleString('en-GB') : 'now'}, by ${state.series === 'prometheus' ? 'Prometheus and own samples' : 'own samples every'} ${state.series === 'prometheus' ? '' : duration(state.interval)}. ${lagText(state.series)} Times are those of this browser.`,
  ]);
}

function drawCharts(series, unit, range) {
  const charts = chartsOf(series, unit, range);
  for (const [id, chart] of [
    ['ended', charts.ended],
    ['in-hand', charts.inHand],
    ['publication', charts.publication],
  ]) {
    hideChart(at(id), !chart);
    if (chart) drawChart(at(id), chart);
  }
}

/** How old the numbers are, and what is wrong; told every second, so that a page that stands still does not look fresh. */
function showFreshness() {
  if (!shown) return;
  const { state } = shown;
  const now = state.now + (Date.now() / 1000 - shown.at);
  const age = state.sampledAt === null ? null : now - state.sampledAt;
  show(
    at('freshness'),
    state.sampledAt === null ? 'no sample yet' : `sampled ${ago(state.sampledAt, now)}`,
    paused ? ', paused' : '',
  );
  const isOld = age !== null && age > 3 * state.interval + 30;
  const problems = [
    shown.problem && `${shown.problem} What is shown is from ${ago(shown.at, Date.now() / 1000)}.`,
    state.problem && `No samples: ${state.problem}.`,
    !state.problem && isOld && !shown.problem && `The last sample is ${duration(Math.round(age))} old.`,
    !state.isWriter && 'Another monitor takes the samples of this history.',
  ].filter(Boolean);
  at('freshness').className = isOld || state.problem ? 'freshness old' : 'freshness';
  show(
    at('trouble'),
    problems.map((text) => h('p', { class: 'notice', 'data-key': text.slice(0, 20) }, text)),
  );
}

/** Asks and shows; the answer to an older question than the last one is dropped. */
async function refresh({ isNews = false } = {}) {
  const mine = ++round;
  clearTimeout(timer);
  const route = currentRoute();
  showRanges(at('ranges'));
  try {
    const answer = await load(route);
    if (mine !== round) return;
    shown = answer;
    render();
    if (route.kind === 'overview') void lookForStuck();
    const hand = (answer.links ?? []).reduce(
      (sum, { waiting, submitted, retry, held }) => sum + waiting + submitted + retry + held,
      0,
    );
    show(
      at('spoken'),
      `Updated: ${files(answer.series.totals.done)} done, ${count(answer.series.totals.failed)} failed${answer.links ? `, ${count(hand)} in hand` : ''}.`,
    );
    if (isNews) at('main').focus({ preventScroll: true });
  } catch (error) {
    if (mine !== round) return;
    if (shown) shown.problem = error.message;
    else show(at('trouble'), h('p', { class: 'notice' }, error.message));
  }
  showFreshness();
  document.documentElement.dataset.round = String(Number(document.documentElement.dataset.round ?? 0) + 1);
  if (!paused)
    timer = setTimeout(() => refresh(), Math.max(1, Math.min(REFRESH_S, shown?.state.interval ?? REFRESH_S)) * 1000);
}

let place = '';
/** Another view begins at its top; other options of the same view change it in place. */
function moved() {
  const { kind, site, source, destination, user, task } = currentRoute();
  const next = JSON.stringify([kind, site, source, destination, user, task]);
  const isNews = place !== '' && next !== place;
  if (isNews) scrollTo(0, 0);
  place = next;
  refresh({ isNews });
}

addEventListener('hashchange', moved);
addEventListener('themechange', () => {
  showTheme();
  render();
});
addEventListener('visibilitychange', () => {
  if (!document.hidden && !paused) refresh();
});
function showTheme() {
  at('theme').textContent = globalThis.asoTheme.current === 'dark' ? 'Light' : 'Dark';
  at('theme').setAttribute('aria-label', `Use the ${globalThis.asoTheme.current === 'dark' ? 'light' : 'dark'} theme`);
}
at('theme').addEventListener('click', () => globalThis.asoTheme.toggle());
at('pause').addEventListener('click', () => {
  paused = !paused;
  at('pause').setAttribute('aria-pressed', String(paused));
  at('pause').textContent = paused ? 'Resume' : 'Pause';
  if (paused) clearTimeout(timer);
  else refresh();
  showFreshness();
});
document.querySelector('.skip').addEventListener('click', (event) => {
  // The address holds the view, so the jump is made by hand.
  event.preventDefault();
  at('main').focus();
});
setInterval(showFreshness, 1000);
showTheme();
moved();
// Without an address of its own, the overview has none to go back to.
if (!location.hash) history.replaceState(null, '', hrefWith({}));
