import type { QueuedFile } from './publisher-state.ts';

/**
 * Files of a queue column by column, for continue-as-new: what repeats stands together and compresses to some 26 bytes a file, of which 12 are
 * key and checksum; one object a file would take 37.
 */
export interface QueuePage {
  keys: string[];
  batches: number[];
  lfns: string[];
  sizes: number[];
  adler32s: (string | null)[];
  sites: string[];
  /** Index into `sites`, by file. */
  siteOf: number[];
  /** Each less that of the file before. */
  sinces: number[];
  /** Null where the file was not measured. */
  lumis: (number | null)[];
  /** Less the file's size. */
  bytes: number[];
  retryAts: number[];
  tries: number[];
  missingSinces: (number | null)[];
}

/** Half a MiB compressed: a third of what a payload may have. */
const FILES_PER_PAGE = 20_000;

/** The queue in pages, each a payload of its own: 100,000 files are more than one may have. */
export function packQueue(queue: readonly QueuedFile[]): QueuePage[] {
  const pages: QueuePage[] = [];
  for (let start = 0; start < queue.length; start += FILES_PER_PAGE)
    pages.push(packPage(queue.slice(start, start + FILES_PER_PAGE)));
  return pages;
}

/** The queue that `packQueue` packed. */
export const unpackQueue = (pages: readonly QueuePage[]): QueuedFile[] => pages.flatMap(unpackPage);

function packPage(files: QueuedFile[]): QueuePage {
  const sites = [...new Set(files.map(({ site }) => site))];
  return {
    keys: files.map(({ key }) => key),
    batches: files.map(({ batch }) => batch),
    lfns: files.map(({ lfn }) => lfn),
    sizes: files.map(({ size }) => size),
    adler32s: files.map(({ adler32 }) => adler32),
    sites,
    siteOf: files.map(({ site }) => sites.indexOf(site)),
    sinces: files.map(({ since }, at) => since - (files[at - 1]?.since ?? 0)),
    lumis: files.map(({ measure }) => measure?.lumis ?? null),
    bytes: files.map(({ measure, size }) => (measure ? measure.bytes - size : 0)),
    retryAts: files.map(({ retryAt }) => retryAt),
    tries: files.map(({ tries }) => tries),
    missingSinces: files.map(({ missingSince }) => missingSince),
  };
}

function unpackPage(page: QueuePage): QueuedFile[] {
  let since = 0;
  return page.keys.map((key, at) => {
    since += page.sinces[at] ?? 0;
    const size = page.sizes[at] ?? 0;
    const lumis = page.lumis[at] ?? null;
    return {
      key,
      batch: page.batches[at] ?? 0,
      lfn: page.lfns[at] ?? '',
      size,
      adler32: page.adler32s[at] ?? null,
      site: page.sites[page.siteOf[at] ?? 0] ?? '',
      since,
      measure: lumis === null ? null : { lumis, bytes: size + (page.bytes[at] ?? 0) },
      retryAt: page.retryAts[at] ?? 0,
      tries: page.tries[at] ?? 0,
      missingSince: page.missingSinces[at] ?? null,
    };
  });
}
