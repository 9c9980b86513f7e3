import { z } from 'zod';
import type { FileMetadata, UnusableMetadata } from '../../ports/crab.ts';
import { shortText } from '../short-text.ts';
import { lumiSections } from './lumi-sections.ts';

const answerSchema = z.object({ result: z.array(z.string()) });

/** Numbers of Oracle arrive as numbers or as texts, depending on the column's driver type. */
const count = z.coerce.number().int().nonnegative();
const text = z.union([z.string(), z.number()]).transform(String);
/** DBS takes no empty one, and does not say which file it was. */
const someText = text.pipe(z.string().min(1));

/** By these a record is recognised, whatever else is wrong with it. */
const nameSchema = z.object({ lfn: z.string(), filetype: z.string() });

const recordSchema = nameSchema.extend({
  jobid: text,
  outdataset: z.string(),
  swversion: someText,
  publishname: someText,
  globaltag: z.string().nullish(),
  inevents: count,
  filesize: count,
  adler32: z.string().regex(/^[0-9a-f]{1,8}$/i, 'must be an Adler-32 sum in hex digits'),
  cksum: someText,
  runlumi: lumiSections,
});

/** CRAB's answer to `filemetadata`: a list of texts that hold JSON themselves. @throws Error where it is anything else */
export function fileMetadataOf(json: unknown): (FileMetadata | UnusableMetadata)[] {
  return answerSchema.parse(json).result.map((record) => read(JSON.parse(record)));
}

function read(json: unknown): FileMetadata | UnusableMetadata {
  const { lfn, filetype: fileType } = nameSchema.parse(json);
  const { data, error } = recordSchema.safeParse(json);
  return data ? metadataOf(data) : { lfn, fileType, fault: faultOf(error) };
}

const faultOf = ({ issues: [first] }: z.ZodError): string =>
  shortText(`${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`, 200);

function metadataOf(record: z.infer<typeof recordSchema>): FileMetadata {
  return {
    lfn: record.lfn,
    jobId: record.jobid,
    fileType: record.filetype,
    outputDataset: record.outdataset,
    swVersion: record.swversion,
    publishName: record.publishname,
    // CRAB's job wrapper writes Python's None as a text.
    globalTag: record.globaltag && record.globaltag !== 'None' ? record.globaltag : null,
    events: record.inevents,
    size: record.filesize,
    adler32: record.adler32.toLowerCase().padStart(8, '0'),
    cksum: record.cksum,
    lumis: record.runlumi,
  };
}
