import { Hono } from 'hono';
import type { FailureClass } from '../../domain/failure-classes.ts';
import type { History } from '../store/history.ts';
import type { Standing } from '../store/standing.ts';
import type { Filter, Happened, InHand, SeriesSource } from '../store/views.ts';
import type { FileFinder } from './find-files.ts';
import type { StuckFinder } from './find-stuck.ts';
import { Parameters } from './parameters.ts';
import type { TemporalUi } from './temporal-ui.ts';

export interface ApiParts {
  history: History;
  standing: Standing;
  /** What happened over time; the own history, or Prometheus. */
  series: SeriesSource;
  ui: TemporalUi;
  findFiles: FileFinder;
  findStuck: StuckFinder;
  adviceFor: (failure: FailureClass) => string;
  /** What is the same as long as the process runs, and how sampling goes. */
  state: () => { interval: number; isWriter: boolean; namespace: string; release: string };
}

const nothingHappened: Happened = { reported: 0, done: 0, failed: 0, killed: 0, doneBytes: 0, failedBytes: 0 };
const nothingInHand: InHand = { waiting: 0, submitted: 0, retry: 0, held: 0, openBytes: 0 };
const now = (): number => Math.floor(Date.now() / 1000);

/** The JSON that the page is made of: `/api/v1/…`, GET only; docs/monitor.md describes it. */
export function apiRoutes(parts: ApiParts): Hono {
  const { history, standing, series, ui } = parts;
  const api = new Hono();

  api.get('/state', (context) => {
    new Parameters(new URL(context.req.url).searchParams).done();
    const { last, good } = standing.lastRounds();
    const { interval, isWriter, namespace, release } = parts.state();
    return context.json({
      ...{ now: now(), release, namespace, interval, isWriter, series: series.name, beginsAt: history.beginsAt() },
      sampledAt: good?.['at'] ?? null,
      unanswered: good?.['unanswered'] ?? 0,
      openTasks: good?.['tasks'] ?? 0,
      tookMs: good?.['took_ms'] ?? null,
      problem: last?.['error'] ?? null,
      ui: { openTasks: ui.openTasks(), openBatches: ui.openBatches({}), openPublishers: ui.openPublishers({}) },
    });
  });

  api.get('/series', async (context) => {
    const asked = new Parameters(new URL(context.req.url).searchParams);
    const filter = asked.filter('source', 'destination', 'user', 'task');
    const { from, to } = asked.range(now());
    asked.done();
    return context.json(await sourceFor(parts, filter).series(filter, from, to));
  });

  api.get('/links', async (context) => {
    const asked = new Parameters(new URL(context.req.url).searchParams);
    const filter = asked.filter('source', 'destination');
    const { from, to } = asked.range(now());
    asked.done();
    const [busy, open] = [await series.links(filter, from, to), standing.links(filter)];
    const links = busy.map((link) => {
      const key = `${link.source} ${link.destination}`;
      const standingNow = open.get(key) ?? nothingInHand;
      open.delete(key);
      return { ...link, ...standingNow };
    });
    for (const link of open.values()) links.push({ ...nothingHappened, ...link });
    return context.json({
      openUi: ui.openBatches(filter),
      links: links.map((link) => ({
        ...link,
        ui: { open: ui.openBatches(sitesOf(link)), range: ui.batchesBetween(sitesOf(link), from, to) },
      })),
    });
  });

  api.get('/users', (context) => {
    const asked = new Parameters(new URL(context.req.url).searchParams);
    const { from, to } = asked.range(now());
    asked.done();
    const [busy, open] = [history.by('user', from, to, now()), standing.users()];
    const users = [...new Set([...busy.keys(), ...open.keys()])].map((user) => ({
      ...{
        user,
        published: 0,
        openTasks: 0,
        ...nothingHappened,
        ...nothingInHand,
        ...busy.get(user),
        ...open.get(user),
      },
      ui: { tasks: ui.openTasks({ user }), range: ui.batchesBetween({ user }, from, to) },
    }));
    return context.json({ users });
  });

  api.get('/tasks', (context) => {
    const asked = new Parameters(new URL(context.req.url).searchParams);
    const filter = asked.filter('source', 'destination', 'user', 'task');
    const { from } = asked.range(now());
    const limit = asked.limit(200);
    asked.done();
    const tasks = standing.tasks(filter, from, limit + 1);
    return context.json({
      tasks: tasks.slice(0, limit).map((task) => ({ ...task, ui: ui.task(task.task) })),
      more: tasks.length > limit,
    });
  });

  api.get('/task-links', (context) => {
    const asked = new Parameters(new URL(context.req.url).searchParams);
    const task = asked.required('task');
    asked.done();
    return context.json({
      links: standing
        .taskLinks(task)
        .map((link) => ({ ...link, ui: { open: ui.openBatches({ ...sitesOf(link), task }) } })),
    });
  });

  api.get('/failures', (context) => {
    const asked = new Parameters(new URL(context.req.url).searchParams);
    const filter = asked.filter('source', 'destination', 'user', 'task');
    const { from, to } = asked.range(now());
    asked.done();
    const isWhole = Object.keys(filter).length === 0;
    const happened = isWhole ? history.by('class', from, to, now()) : new Map<string, Happened>();
    const standingNow = standing.failures(filter, from);
    const names = new Set([...happened.keys(), ...standingNow.keys()]) as Set<FailureClass>;
    const failures = [...names].map((name) => ({
      ...{ class: name, happened: isWhole ? (happened.get(name)?.failed ?? 0) : null },
      ...(standingNow.get(name) ?? { now: 0, tasks: 0, examples: [] }),
      ...{ advice: parts.adviceFor(name), ui: ui.failures(name, filter) },
    }));
    return context.json({ failures: failures.sort((a, b) => b.now - a.now || (b.happened ?? 0) - (a.happened ?? 0)) });
  });

  api.get('/stuck', async (context) => {
    new Parameters(new URL(context.req.url).searchParams).done();
    return context.json(await parts.findStuck());
  });

  api.get('/files', async (context) => {
    const asked = new Parameters(new URL(context.req.url).searchParams);
    const task = asked.required('task');
    const filter = asked.filter('source', 'destination');
    const states = { transfer: asked.transferState(), publication: asked.publicationState() };
    const limit = asked.limit(100);
    asked.done();
    return context.json(await parts.findFiles(task, { ...filter, ...states, limit }));
  });
  return api;
}

/** Prometheus knows no users and no tasks. */
const sourceFor = ({ series, history }: ApiParts, { user, task }: Filter): SeriesSource =>
  user || task ? ownHistory(history) : series;

const sitesOf = ({ source, destination }: { source: string; destination: string }): Filter => ({ source, destination });

/** The monitor's own history as a source of what happened. */
export const ownHistory = (history: History): SeriesSource => ({
  name: 'sqlite',
  series: (filter, from, to) => Promise.resolve(history.series(filter, from, to, now())),
  links: (filter, from, to) => Promise.resolve(history.links(filter, from, to, now())),
});
