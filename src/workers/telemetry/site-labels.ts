import { readdirSync } from 'node:fs';

/** What sites that nobody knows are called in metrics. */
export const OTHER = 'other';

/** CMS has some 150 sites. */
const MAX_SITES = 400;
/** Links that get labels of their own, per process: 400,000 files a day use some hundreds (docs/performance.md), and each is a few series. */
const MAX_LINKS = 5_000;
/** A new site is known so long after its folder came, milliseconds. */
const READ_AGAIN_MS = 60_000;

/**
 * Names of sites fit for labels. Records may name any site, and so could make any number of series: only those that have a folder in the
 * site configuration keep their name, in as many links as a Prometheus server bears.
 */
export class SiteLabels {
  readonly #siteconf: string;
  readonly #links = new Set<string>();
  #sites = new Set<string>();
  #readAt = -Infinity;

  /** @param siteconf the folder with one folder per site */
  constructor(siteconf: string) {
    this.#siteconf = siteconf;
  }

  /** The name of the site's folder, also for one of its areas (`T1_DE_KIT_Disk`). */
  site(name: string): string {
    const known = this.#known(name);
    if (known !== null || !this.#readAgain()) return known ?? OTHER;
    return this.#known(name) ?? OTHER;
  }

  /** Labels of a link; once there are too many links, its source is `other`. */
  link(sourceName: string, destinationName: string): { source: string; destination: string } {
    const [source, destination] = [this.site(sourceName), this.site(destinationName)];
    const link = `${source} ${destination}`;
    if (!this.#links.has(link) && this.#links.size >= MAX_LINKS) return { source: OTHER, destination };
    this.#links.add(link);
    return { source, destination };
  }

  #known(name: string): string | null {
    return [name, name.replace(/_[^_]+$/, '')].find((site) => this.#sites.has(site)) ?? null;
  }

  #readAgain(): boolean {
    if (performance.now() - this.#readAt < READ_AGAIN_MS) return false;
    this.#readAt = performance.now();
    try {
      const names = readdirSync(this.#siteconf).filter((name) => /^T\d_/.test(name));
      this.#sites = new Set(names.toSorted().slice(0, MAX_SITES));
    } catch {
      // It is not there: files wait for it and say so, and it is no matter of metrics.
    }
    return true;
  }
}
