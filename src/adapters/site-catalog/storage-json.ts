import { z } from 'zod';

const ruleSchema = z.object({ lfn: z.string(), pfn: z.string(), chain: z.string().nullish() });

const protocolSchema = z.object({
  protocol: z.string(),
  access: z.string(),
  prefix: z.string().nullish(),
  rules: z.array(ruleSchema).nullish(),
});

const volumeSchema = z.object({
  site: z.string(),
  subsite: z.string().nullish(),
  volume: z.string(),
  protocols: z.array(protocolSchema),
  type: z.string(),
  rse: z.string().nullish(),
  fts: z.array(z.string()).nullish(),
});

/** CMS's storage.json: a list of volumes, as SITECONF serves it. */
export const storageJsonSchema = z.array(volumeSchema);

export type Rule = z.infer<typeof ruleSchema>;
export type Protocol = z.infer<typeof protocolSchema>;
/** A site (or part of one) and one of its volumes. */
export type Volume = z.infer<typeof volumeSchema>;

/**
 * The volume that transfers mean by a name: by `rse` first; else, as task files name sites, the site's own volume, on disk if
 * there is a choice. Null where there is none.
 */
export function volumeOf(volumes: Volume[], name: string): Volume | null {
  const byRse = volumes.find(({ rse }) => rse === name);
  if (byRse) return byRse;
  const ofSite = volumes.filter(({ site }) => site === name);
  const whole = ofSite.filter(({ subsite }) => !subsite);
  const preferred = whole.length > 0 ? whole : ofSite;
  return preferred.find(({ type }) => type === 'DISK') ?? preferred[0] ?? null;
}
