import { cp, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The monitor's page is served as it is written: it only has to lie beside the compiled server. */
const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const to = fromRoot('dist/src/monitor/page');
await cp(fromRoot('src/monitor/page'), to, { recursive: true });
console.log(`dist/src/monitor/page: ${(await readdir(to)).length} files`);
