import { links } from './links.ts';
import { overview } from './overview.ts';
import { grafanaJson, type Dashboard } from './panels.ts';
import { publication } from './publication.ts';
import { workers } from './workers.ts';

export const DASHBOARDS: readonly Dashboard[] = [overview, links, publication, workers];

/** File names and contents as Grafana is given them. */
export const dashboardFiles = (): Record<string, string> =>
  Object.fromEntries(
    DASHBOARDS.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(grafanaJson(dashboard), null, 2)}\n`]),
  );
