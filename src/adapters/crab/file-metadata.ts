import { z } from 'zod';
import type { FileMetadata } from '../../ports/crab.ts';

const answerSchema = z.object({ result: z.array(z.string()) });

/** Numbers of Oracle arrive as numbers or as texts, depending on the column's driver type. */
const count = z.coerce.number().int().nonnegative();
const text = z.union([z.string(), z.number()]).transform(String);

const recordSchema = z.object({
  lfn: z.string(),
  jobid: text,
  filetype: z.string(),
  outdataset: z.string(),
  swversion: z.string(),
  publishname: z.string(),
  globaltag: z.string().nullish(),
  inevents: count,
  filesize: count,
  adler32: z.string(),
  cksum: text,
  /** `{"<run>": {"<lumi>": "<events>"}}` */
  runlumi: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** CRAB's answer to `filemetadata`: a list of texts that hold JSON themselves. @throws Error where it is anything else */
export function fileMetadataOf(json: unknown): FileMetadata[] {
  return answerSchema.parse(json).result.map((record) => metadataOf(recordSchema.parse(JSON.parse(record))));
}

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
    lumis: Object.entries(record.runlumi).flatMap(([run, lumis]) =>
      Object.keys(lumis).map((lumi) => ({ run: Number(run), lumi: Number(lumi) })),
    ),
  };
}
