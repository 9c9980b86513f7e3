import { h } from './dom.js';
import { bytes, count } from './format.js';
import { setOptions } from './route.js';
import { code, linked, panel } from './tables.js';

const STATES = ['NEW', 'SUBMITTED', 'RETRY', 'HELD', 'KILL', 'DONE', 'FAILED', 'KILLED', 'REJECTED'];

/** The files of a task as it tells them this moment, in the state that the address names. */
export function filesPanel({ task, options, found, error, ui }) {
  const { state = '', source, destination } = options;
  const choice = h(
    'label',
    {},
    'state ',
    h(
      'select',
      { id: 'state', onchange: (event) => setOptions({ state: event.target.value || null }) },
      ['', ...STATES].map((value) => h('option', { value, selected: value === state }, value || 'any')),
    ),
  );
  const link = source && destination ? `${source} → ${destination}` : null;
  const onLink =
    link &&
    h(
      'button',
      { type: 'button', class: 'button', onclick: () => setOptions({ source: null, destination: null }) },
      `only ${link} ✕`,
    );
  const command = `aso files ${task}${state ? ` --state ${state}` : ''}`;
  const query = [
    h(
      'span',
      {},
      'Asked of the task and its batches now: queries ',
      code('files'),
      ' of ',
      code(`task/${task}`),
      ' and its batches; on the command line ',
      code(command),
      '.',
    ),
  ];
  const note = found && `${count(found.files.length)}${found.more ? ' of more' : ''}`;
  return panel(
    { title: 'Files', note, controls: [choice, onLink], query },
    error
      ? h('p', { class: 'notice' }, error)
      : found
        ? list(found, ui)
        : h('p', { class: 'empty' }, 'Asking the task…'),
  );
}

function list({ files, looked, more }, ui) {
  if (files.length === 0)
    return h('p', { class: 'empty' }, more ? `None among the first ${looked} files.` : 'No files.');
  return [
    h(
      'ul',
      { class: 'files' },
      files.map((file) => item(file, ui)),
    ),
    more &&
      h(
        'p',
        { class: 'muted' },
        `Only the first of them: ${count(looked)} files were looked at. Choose a state, or use aso files.`,
      ),
  ];
}

function item(
  { key, jobId, retry, transfer, publication, failure, source, destination, lfn, size, ftsJobIds, reasons },
  ui,
) {
  const [last, ...before] = reasons;
  return h(
    'li',
    { 'data-key': key },
    h(
      'p',
      { class: 'file' },
      h('span', { class: `state ${transfer.toLowerCase()}` }, transfer),
      ' ',
      h('span', { class: 'lfn' }, lfn ?? `key ${key}`),
    ),
    h(
      'p',
      { class: 'muted' },
      [
        `job ${jobId}${retry ? ` retry ${retry}` : ''}`,
        size === null ? null : bytes(size),
        source && `${source} → ${destination}`,
        publication !== 'NOT_REQUIRED' && `publication ${publication}`,
        failure,
      ]
        .filter(Boolean)
        .join(' · '),
      ftsJobIds.length > 0 && [' · FTS job ', code(ftsJobIds.at(-1))],
      ' · ',
      linked('workflows', ui, `the task of job ${jobId}`),
    ),
    last && h('p', { class: 'reason' }, last),
    before.length > 0 &&
      h(
        'details',
        {},
        h('summary', {}, `${before.length} earlier`),
        before.map((reason) => h('p', { class: 'reason' }, reason)),
      ),
  );
}
