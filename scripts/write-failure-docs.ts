/** Writes the table of failure classes into docs/failure-classes.md: `node scripts/write-failure-docs.ts`. A test compares them. */
import { readFile, writeFile } from 'node:fs/promises';
import { failureTable } from './failure-table.ts';

const path = new URL('../docs/failure-classes.md', import.meta.url);
const text = await readFile(path, 'utf8');
await writeFile(path, text.replace(/(<!-- classes -->\n)[^]*?(<!-- \/classes -->)/, `$1\n${failureTable()}\n\n$2`));
