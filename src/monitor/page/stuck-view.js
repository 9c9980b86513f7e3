import { h } from './dom.js';
import { ago, count, exactTime, files } from './format.js';
import { hrefTo } from './route.js';
import { code, linked, panel } from './tables.js';

/** Tasks named of each entry; the others are counted. */
const NAMED = 3;

/** What does not move, why, and what to do: as `aso stuck` says it. */
export function stuckPanel({ stuck, stuckError, now }) {
  const query = [
    h('span', {}, code('aso stuck'), ' asks every open task that does not move; looked at again after 20 s.'),
  ];
  const title = 'What is stuck';
  if (!stuck) return panel({ title, query }, h('p', { class: 'empty' }, 'Looking…'));
  if (stuckError) return panel({ title, query }, h('p', { class: 'notice' }, `Nobody can tell: ${stuckError}`));
  if (stuck.length === 0) return panel({ title, query }, h('p', { class: 'empty' }, 'Nothing is stuck.'));
  return panel(
    { title, note: 'what holds up the most files first', query },
    h(
      'ul',
      { class: 'failures stuck' },
      stuck.map((group) => entry(group, now)),
    ),
  );
}

function entry({ cause, subject, what, why, since, files: held, tasks, users, action, ui }, now) {
  const amounts = [
    held > 0 && files(held),
    tasks.length > 0 && `${count(tasks.length)} ${tasks.length === 1 ? 'task' : 'tasks'}`,
    users.length > 0 && `${count(users.length)} ${users.length === 1 ? 'user' : 'users'}`,
  ].filter(Boolean);
  return h(
    'li',
    { 'data-key': `${cause} ${subject}` },
    h(
      'h3',
      {},
      h('span', { class: 'class' }, what),
      amounts.length > 0 && h('span', { class: 'count' }, linked(amounts.join(', '), ui, `First task of: ${what}`)),
    ),
    since !== null && h('p', { class: 'muted', title: exactTime(since / 1000) }, `Since ${ago(since / 1000, now)}`),
    h('p', { class: 'reason' }, why),
    h('p', {}, h('span', { class: 'muted' }, 'What to do: '), code(action)),
    tasks.length > 0 &&
      h(
        'p',
        { class: 'muted' },
        'Tasks: ',
        tasks.slice(0, NAMED).map((task, at) => [at > 0 && ', ', h('a', { href: hrefTo('task', { task }) }, task)]),
        tasks.length > NAMED && ` and ${count(tasks.length - NAMED)} more`,
      ),
  );
}
