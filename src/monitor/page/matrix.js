import { amount, brief, bytes, count, share } from './format.js';
import { inHand } from './columns.js';
import { h } from './dom.js';
import { hrefTo } from './route.js';

/** What a cell's shade tells. */
export const MEASURES = [
  ['traffic', 'Traffic'],
  ['success', 'Success'],
  ['hand', 'In hand'],
];

/** Site by site: a table whose cells are shaded, so that it reads the same with and without colours. */
export function matrixTable(links, measure, unit) {
  const names = (side) => [...new Set(links.map((link) => link[side]))].sort();
  const [sources, destinations] = [names('source'), names('destination')];
  const byLink = new Map(links.map((link) => [`${link.source} ${link.destination}`, link]));
  const traffic = (link) => (unit === 'bytes' ? link.doneBytes : link.done);
  const most = Math.max(1, ...links.map((link) => (measure === 'hand' ? inHand(link) : traffic(link))));
  const cell = (source, destination) => {
    const link = byLink.get(`${source} ${destination}`);
    if (!link) return h('td', { class: 'none' }, '·');
    const ended = link.done + link.failed;
    const said = `${source} to ${destination}: ${count(link.done)} done (${bytes(link.doneBytes)}), ${count(link.failed)} failed, ${count(inHand(link))} in hand`;
    const [text, kind, heat] =
      measure === 'success'
        ? [share(link.done, ended), ended ? successKind(link.done / ended) : 'none', 1]
        : measure === 'hand'
          ? [brief(inHand(link)), 'hand', inHand(link) / most]
          : [unit === 'bytes' ? bytes(link.doneBytes) : brief(link.done), 'traffic', traffic(link) / most];
    // The square root lets what is small be seen beside what is large.
    return h(
      'td',
      { class: `heat ${kind}`, '--heat': `${Math.round(Math.sqrt(heat) * 100)}%` },
      h('a', { href: hrefTo('link', { source, destination }), title: said, 'aria-label': said }, text),
    );
  };
  const total = (side, name) =>
    amount(unit)(links.filter((link) => link[side] === name).reduce((sum, link) => sum + traffic(link), 0));
  return h(
    'div',
    { class: 'scroll matrix', tabindex: '0', role: 'region', 'aria-label': 'Source by destination' },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, 'Source by destination; each cell leads to its link'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col', class: 'corner' }, 'from ↓ to →'),
          destinations.map((name) => h('th', { scope: 'col' }, siteLink(name, 'to'))),
          h('th', { scope: 'col', class: 'sum' }, 'done'),
        ),
      ),
      h(
        'tbody',
        {},
        sources.map((source) =>
          h(
            'tr',
            { 'data-key': source },
            h('th', { scope: 'row' }, siteLink(source, 'from')),
            destinations.map((destination) => cell(source, destination)),
            h('td', { class: 'sum' }, total('source', source)),
          ),
        ),
      ),
      h(
        'tfoot',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, 'done'),
          destinations.map((name) => h('td', { class: 'sum' }, total('destination', name))),
          h('td', { class: 'sum' }, amount(unit)(links.reduce((sum, link) => sum + traffic(link), 0))),
        ),
      ),
    ),
  );
}

const successKind = (value) => (value >= 0.95 ? 'good' : value >= 0.7 ? 'fair' : 'bad');

/** A site as a link to its view; `direction`: `from` or `to` it. */
export const siteLink = (site, direction) => h('a', { href: hrefTo('site', { site }, { dir: direction }) }, site);
