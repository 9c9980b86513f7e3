/** Writes the table of metrics into docs/metrics.md: `node scripts/write-metrics-docs.ts`. A test compares them. */
import { readFile, writeFile } from 'node:fs/promises';
import { metricsTable } from './metrics-table.ts';

const path = new URL('../docs/metrics.md', import.meta.url);
const text = await readFile(path, 'utf8');
await writeFile(path, text.replace(/(<!-- metrics -->\n)[^]*?(<!-- \/metrics -->)/, `$1\n${metricsTable()}\n\n$2`));
