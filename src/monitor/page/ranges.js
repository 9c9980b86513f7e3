import { h, show } from './dom.js';
import { currentRoute, setOptions } from './route.js';

const RANGES = {
  '1h': [3600, '1 h'],
  '6h': [21_600, '6 h'],
  '24h': [86_400, '24 h'],
  '7d': [604_800, '7 d'],
  '30d': [2_592_000, '30 d'],
};
const DEFAULT = '24h';

/** The range that is looked at, epoch seconds; one that ends now moves on with the time. */
export function currentRange() {
  const { range = DEFAULT, from, to } = currentRoute().options;
  const now = Math.floor(Date.now() / 1000);
  if (/^\d+$/.test(from ?? '') && /^\d+$/.test(to ?? '') && Number(from) < Number(to))
    return { name: 'custom', from: Number(from), to: Number(to), seconds: Number(to) - Number(from) };
  const name = Object.hasOwn(RANGES, range) ? range : DEFAULT;
  const [seconds] = RANGES[name];
  return { name, from: now - seconds, to: now, seconds };
}

/** In words: `in the last 24 h`. */
export const rangeText = ({ name }) => (name === 'custom' ? 'in this range' : `in the last ${RANGES[name][1]}`);

const pad = (number) => String(number).padStart(2, '0');

function localTime(at) {
  const date = new Date(at * 1000);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

function closeOnEscape(event) {
  if (event.key !== 'Escape') return;
  event.currentTarget.open = false;
  event.currentTarget.querySelector('summary').focus();
}

/** Buttons for the usual ranges, and a form for any other. */
export function showRanges(parent) {
  const range = currentRange();
  const buttons = Object.entries(RANGES).map(([name, [, text]]) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(range.name === name),
        onclick: () => setOptions({ range: name, from: null, to: null }),
      },
      text,
    ),
  );
  const use = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const [from, to] = ['from', 'to'].map((name) => Math.floor(Date.parse(form.get(name)) / 1000));
    const field = event.target.elements.from;
    field.setCustomValidity(from < to ? '' : 'must be before “to”');
    if (!field.reportValidity()) return;
    event.target.closest('details').open = false;
    setOptions({ range: null, from, to });
  };
  const input = (name, value) =>
    h('label', {}, `${name} `, h('input', { type: 'datetime-local', name, required: true, value: localTime(value) }));
  show(
    parent,
    h('div', { class: 'segments', role: 'group', 'aria-label': 'Range' }, buttons),
    h(
      'details',
      { class: 'menu', onkeydown: closeOnEscape },
      h('summary', { class: range.name === 'custom' ? 'button chosen' : 'button' }, 'Other…'),
      h(
        'form',
        { class: 'card', onsubmit: use },
        input('from', range.from),
        input('to', range.to),
        h('button', { class: 'button primary' }, 'Show'),
      ),
    ),
  );
}
