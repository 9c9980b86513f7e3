import { doneBytes, done, failed, hand, inHand, number, stateOf } from './columns.js';
import { h } from './dom.js';
import { ago, bytes, count, exactTime } from './format.js';
import { filesPanel } from './files-view.js';
import { siteLink } from './matrix.js';
import { asked, failuresPanel } from './panels.js';
import { hrefTo, hrefWith } from './route.js';
import { linked, panel, sortableTable } from './tables.js';

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
