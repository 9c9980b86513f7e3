import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Bundles the workflows ahead of time: workers then start at once and all run the very same code. */
const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const { code } = await bundleWorkflowCode({ workflowsPath: fromRoot('src/workflows/index.ts') });
await mkdir(fromRoot('dist'), { recursive: true });
await writeFile(fromRoot('dist/workflow-bundle.js'), code);
console.log(`dist/workflow-bundle.js: ${Math.round(code.length / 1024)} KiB`);
