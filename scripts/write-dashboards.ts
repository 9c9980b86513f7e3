/** Writes the Grafana dashboards of deploy/ from scripts/dashboards: `node scripts/write-dashboards.ts`. A test compares them. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dashboardFiles } from './dashboards/index.ts';

const directory = fileURLToPath(new URL('../deploy/grafana/dashboards/', import.meta.url));
for (const [name, text] of Object.entries(dashboardFiles())) {
  await writeFile(`${directory}${name}`, text);
  console.log(`deploy/grafana/dashboards/${name}`);
}
