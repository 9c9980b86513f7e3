#!/usr/bin/env node
/** Finds a Node that is new enough and runs the command line with it: its source in a checkout, dist when installed. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_NODE, findNode, run } from '../scripts/process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function fail(text) {
  console.error(`aso: ${text}`);
  process.exit(1);
}

try {
  createRequire(join(root, 'package.json')).resolve('@temporalio/client');
} catch {
  fail('the dependencies are not installed: run `npm run setup` first');
}
// Node strips no types beneath node_modules.
const installed = root.split(sep).includes('node_modules');
const main = installed ? join(root, 'dist', 'src', 'cli', 'main.js') : join(root, 'src', 'cli', 'main.ts');
if (!existsSync(main)) fail(`${main} is missing${installed ? ': this package was made without `npm run build`' : ''}`);
const node = findNode(root);
if (!node) fail(NO_NODE);
process.exitCode = await run(node.path, [main, ...process.argv.slice(2)]);
