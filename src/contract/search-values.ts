import type { SearchAttributePair, SearchAttributeUpdatePair } from '@temporalio/common';
import { shortHash } from '../domain/digest.ts';
import type { Listed } from '../domain/details/listed.ts';
import { SEARCH_ATTRIBUTES } from './search-attributes.ts';

/** What the list of workflows shows of one of them; what is not named stays as it is. */
export interface SearchValues extends Partial<Listed> {
  task?: string;
  user?: string;
  source?: readonly string[];
  destination?: string | null;
  dataset?: readonly string[];
  /** Address of the FTS server; its host is shown. */
  ftsServer?: string | null;
}

/** PostgreSQL keeps so many characters of a keyword. */
const KEYWORD_MAX = 255;
/** Temporal takes 2 KiB as one attribute (`limit.searchAttributesSizeOfValue`), brackets and quotes included. */
const LIST_MAX_BYTES = 2_000;

/** The values as attributes; null takes one away. Whatever is given is cut to what a namespace takes. */
export function searchUpdates(values: SearchValues): SearchAttributeUpdatePair[] {
  const pairs = [
    { key: SEARCH_ATTRIBUTES.task, value: keyword(values.task) },
    { key: SEARCH_ATTRIBUTES.user, value: keyword(values.user) },
    { key: SEARCH_ATTRIBUTES.source, value: keywords(values.source) },
    { key: SEARCH_ATTRIBUTES.destination, value: keyword(values.destination) },
    { key: SEARCH_ATTRIBUTES.dataset, value: keywords(values.dataset) },
    { key: SEARCH_ATTRIBUTES.ftsServer, value: keyword(values.ftsServer && hostOf(values.ftsServer)) },
    { key: SEARCH_ATTRIBUTES.state, value: keyword(values.state) },
    { key: SEARCH_ATTRIBUTES.failureClass, value: keywords(values.failureClass) },
    { key: SEARCH_ATTRIBUTES.filesTotal, value: values.filesTotal },
    { key: SEARCH_ATTRIBUTES.filesDone, value: values.filesDone },
    { key: SEARCH_ATTRIBUTES.filesFailed, value: values.filesFailed },
  ];
  return pairs.filter((pair): pair is SearchAttributeUpdatePair & typeof pair => pair.value !== undefined);
}

/** The same for a workflow that is started: what there is none of is left out. */
export const searchPairs = (values: SearchValues): SearchAttributePair[] =>
  searchUpdates(values).filter((pair): pair is SearchAttributePair => pair.value !== null);

/** A name as a keyword: dataset names of up to 350 characters occur, so that a long one ends in a hash of the whole. */
function keyword(name: string | null | undefined): string | null | undefined {
  if (name === null || name === undefined) return name;
  // One byte each, so that a length is a number of bytes; the rules for records allow nothing else.
  const text = name.replace(/[^\x20-\x7e]/g, '?');
  return text.length <= KEYWORD_MAX ? text : `${text.slice(0, KEYWORD_MAX - 9)}~${shortHash(name)}`;
}

/** As many names as one attribute holds, which is some 90 sites; null for none. */
function keywords(names: readonly string[] | undefined): string[] | null | undefined {
  if (names === undefined) return undefined;
  const kept: string[] = [];
  let bytes = 2;
  for (const name of new Set(names.flatMap((text) => keyword(text) ?? []))) {
    bytes += JSON.stringify(name).length + 1;
    if (bytes > LIST_MAX_BYTES) break;
    kept.push(name);
  }
  return kept.length > 0 ? kept : null;
}

/** The host of an address; the sandbox of workflows has no URL. */
const hostOf = (url: string): string => /^\w+:\/\/(\[[^\]]+\]|[^/:]+)/.exec(url)?.[1] ?? url;
