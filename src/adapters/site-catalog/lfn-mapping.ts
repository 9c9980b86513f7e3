import type { Protocol, Rule, Volume } from './storage-json.ts';

/** Rules come from outside and a regular expression's cost grows with its input. */
const MAX_LFN = 500;

/** storage.json is wrong in itself; the message says where, the caller adds the site. */
export class BadMapping extends Error {}

/**
 * The URL of an LFN by one protocol of a volume: its prefix, or the first rule that matches. Null where none matches.
 * @throws BadMapping an LFN over 500 characters, a pattern that does not compile, a chain that goes round
 */
export function pfnOf(volume: Volume, protocol: Protocol, lfn: string): string | null {
  if (lfn.length > MAX_LFN) throw new BadMapping(`the LFN is longer than ${MAX_LFN} characters`);
  return map(volume, protocol, lfn, []);
}

function map(volume: Volume, protocol: Protocol, lfn: string, chained: Protocol[]): string | null {
  if (chained.includes(protocol)) {
    throw new BadMapping(`chain goes round: ${[...chained, protocol].map(({ protocol: name }) => name).join(' → ')}`);
  }
  // As CMS defines it, whatever the prefix ends with: `root://host/` needs its second slash.
  if (typeof protocol.prefix === 'string') return `${protocol.prefix}/${lfn.replace(/^\//, '')}`;
  for (const rule of protocol.rules ?? []) {
    const path = rule.chain ? throughChain(volume, rule.chain, lfn, [...chained, protocol]) : lfn;
    const groups = path === null ? null : patternOf(rule).exec(path);
    if (groups) return filledIn(rule.pfn, groups);
  }
  return null;
}

/** A chain to a protocol that does not match, or that is not there, makes the rule not match. */
function throughChain(volume: Volume, name: string, lfn: string, chained: Protocol[]): string | null {
  const protocol = volume.protocols.find((candidate) => candidate.protocol === name);
  return protocol ? map(volume, protocol, lfn, chained) : null;
}

function patternOf(rule: Rule): RegExp {
  try {
    // Not anchored: patterns are taken as written.
    return new RegExp(rule.lfn);
  } catch {
    throw new BadMapping(`not a regular expression: ${rule.lfn.slice(0, 200)}`);
  }
}

const filledIn = (template: string, groups: RegExpExecArray): string =>
  template.replace(/\$(\d{1,2})/g, (text, number: string) => {
    const at = Number(number);
    return at >= 1 && at < groups.length ? (groups[at] ?? '') : text;
  });
