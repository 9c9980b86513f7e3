import { CrabRefusal, type Arguments } from './arguments.ts';
import type { CrabBooks, MetadataRecord } from './books.ts';

/**
 * GET `filemetadata`: records as JSON **texts**; LFNs that are not known are just absent.
 *
 * LFNs come as a repeated `lfnList`, or in one `lfnList` separated by commas, with brackets and quotes as Python prints a
 * list: that is how CRAB's own publisher sends them.
 *
 * @param refuseRepeated answer a repeated `lfnList` with 400, as the code of CRABServer reads
 * @throws CrabRefusal 400 without a task
 */
export function readMetadata(books: CrabBooks, query: Arguments, refuseRepeated: boolean): string[] {
  const taskname = query.text('taskname');
  const repeated = query.list('lfnList');
  if (refuseRepeated && repeated.length > 1) throw CrabRefusal.invalid("Incorrect 'lfnList' parameter");
  const lfns = repeated.length === 1 ? listOf(repeated[0] ?? '') : repeated;
  if (lfns.length > 0) {
    const found = lfns.map((lfn) => books.metadataOf(taskname, lfn));
    return found.filter((record) => record !== null).map((record) => JSON.stringify(record));
  }
  const types = (query.optional('filetype') ?? '').split(',');
  const limit = query.optional('howmany') === null ? -1 : query.number('howmany');
  const records = books.metadata(taskname).filter(({ filetype }) => types.includes(filetype));
  return records.slice(0, limit < 0 ? undefined : limit).map((record) => JSON.stringify(record));
}

/** A list as WMCore reads it from one text. */
function listOf(value: string): string[] {
  const items = value.replace(/^[ []+/, '').replace(/[ \]]+$/, '');
  return items === '' ? [] : items.split(',').map((item) => item.replace(/^[ '"]+|[ '"]+$/g, ''));
}

/**
 * PUT `filemetadata`: inserts a record; of a file that is known only size, temporary site and name are changed.
 * @throws CrabRefusal 400 for missing or malformed arguments
 */
export function writeMetadata(books: CrabBooks, form: Arguments): void {
  const runs = form.list('outfileruns');
  const lumis = form.list('outfilelumis');
  if (runs.length !== lumis.length) {
    throw CrabRefusal.invalid('The number of runs and the number of lumis lists are different');
  }
  const record: MetadataRecord = {
    taskname: form.text('taskname'),
    filetype: form.text('outtype'),
    jobid: form.optional('jobid') ?? '',
    outdataset: form.text('outdatasetname'),
    acquisitionera: form.text('acquisitionera'),
    swversion: form.text('appver'),
    inevents: form.number('events'),
    globaltag: form.optional('globalTag') ?? 'None',
    publishname: form.text('publishdataname'),
    location: form.text('outlocation'),
    tmplocation: form.text('outtmplocation'),
    runlumi: Object.fromEntries(runs.map((run, index) => [run, eventsByLumi(lumis[index] ?? '')])),
    adler32: form.text('checksumadler32'),
    cksum: form.number('checksumcksum'),
    md5: form.text('checksummd5'),
    lfn: form.text('outlfn'),
    filesize: form.number('outsize'),
    parents: form.list('inparentlfns'),
    state: form.optional('filestate'),
    created: new Date().toISOString().slice(0, 19).replace('T', ' '),
    tmplfn: form.text('outlfn'),
  };
  const known = books.metadataOf(record.taskname, record.lfn);
  const { tmplocation, filesize, tmplfn } = record;
  books.addMetadata(record.taskname, known ? { ...known, tmplocation, filesize, tmplfn } : record);
}

/** `419:300,420:12`, or without events `419,420`. */
function eventsByLumi(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split(':'));
  return Object.fromEntries(pairs.map(([lumi = '', events = 'None']) => [lumi, events]));
}
