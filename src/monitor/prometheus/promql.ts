import type { Filter } from '../store/views.ts';

/** A label's value as PromQL writes it. */
const text = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** `source` and `destination` of a filter, and further conditions, as a selector. */
function selector({ source, destination }: Filter, ...conditions: string[]): string {
  const sites = Object.entries({ source, destination }).flatMap(([label, site]) =>
    site === undefined ? [] : [`${label}=${text(site)}`],
  );
  return `{${[...conditions, ...sites].join(', ')}}`;
}

/** Files that came to an end in the last `seconds`, by state; by link too where `by` names the sites. */
export const filesEnded = (filter: Filter, seconds: number, by: readonly string[] = []): string =>
  `sum by (${['state', ...by].join(', ')}) (increase(aso_files_total${selector(filter, 'state=~"DONE|FAILED|KILLED"')}[${seconds}s]))`;

/** Bytes of files that became DONE in the last `seconds`. */
export const bytesDone = (filter: Filter, seconds: number, by: readonly string[] = []): string =>
  `sum by (${by.join(', ')}) (increase(aso_bytes_total${selector(filter)}[${seconds}s]))`;

/** Files that were taken in the last `seconds`; reports are not counted by site. */
export const filesReported = (seconds: number): string =>
  `sum(increase(aso_files_reported_total{outcome=~"accepted|superseding"}[${seconds}s]))`;

/** Files whose publication ended in the last `seconds`, by state. */
export const filesPublished = (seconds: number): string =>
  `sum by (state) (increase(aso_publications_total{state=~"DONE|FAILED"}[${seconds}s]))`;

/** Mean time from DONE to DBS of the files published in the last `seconds`. */
export const publicationLag = (seconds: number): string =>
  ['sum', 'count'].map((part) => `sum(increase(aso_stage_seconds_${part}{stage="done_published"}[${seconds}s]))`).join(' / '); // prettier-ignore
