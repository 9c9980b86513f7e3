/**
 * Where the page stands, kept in the address so that it can be sent to somebody: `#/link/T2_A/T2_B?range=24h`. What is looked at comes as
 * path, how as parameters.
 */
const KINDS = { site: ['site'], link: ['source', 'destination'], user: ['user'], task: ['task'] };

/** The route that the address names; the overview for anything else. */
export function currentRoute() {
  const [path = '', query = ''] = location.hash.replace(/^#/, '').split('?');
  const [, kind = '', ...parts] = path.split('/');
  const names = Object.hasOwn(KINDS, kind) ? KINDS[kind] : null;
  const options = Object.fromEntries(new URLSearchParams(query));
  if (!names || parts.length !== names.length || parts.some((part) => !part)) return { kind: 'overview', options };
  const values = Object.fromEntries(names.map((name, at) => [name, decode(parts[at])]));
  return { kind, ...values, options };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Options that follow from view to view. */
const LASTING = ['range', 'from', 'to', 'unit'];

/** The address of a view, with what lasts of the present options. */
export function hrefTo(kind, values = {}, options = {}) {
  const lasting = Object.entries(currentRoute().options).filter(([name]) => LASTING.includes(name));
  const parts = (KINDS[kind] ?? []).map((name) => encodeURIComponent(values[name]));
  return withOptions(`#/${kind === 'overview' ? '' : [kind, ...parts].join('/')}`, {
    ...Object.fromEntries(lasting),
    ...options,
  });
}

/** The present address with some options changed; null takes one away. */
export function hrefWith(changes) {
  const [path = '#/'] = (location.hash || '#/').split('?');
  return withOptions(path, { ...currentRoute().options, ...changes });
}

function withOptions(path, options) {
  const query = new URLSearchParams(
    Object.entries(options).filter(([, value]) => value !== null && value !== undefined),
  );
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** Changes options without a new entry in the browser's history. */
export function setOptions(changes) {
  history.replaceState(null, '', hrefWith(changes));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
