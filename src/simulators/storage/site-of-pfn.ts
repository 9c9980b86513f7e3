/**
 * Names the storage of a PFN where all sites share one door, so that scheme and host do not tell them apart:
 * `http://127.0.0.1:1/T2_X/store/…` is on T2_X.
 */
export const siteOfPfn = (pfn: string): string => /^(\w+):\/\/[^/]+\/([^/]+)/.exec(pfn)?.slice(1).join('://') ?? pfn;
