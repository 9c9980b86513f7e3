/**
 * Says which Chromium the test of the monitor's page finds on PATH; with `--apt`, and where we may, Debian's is installed where there is none.
 * Plain JavaScript without dependencies, as all that runs before anything is installed.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall } from './python-prerequisites.mjs';

/** As test/support/browser.ts looks for it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

const candidates = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)));

function find() {
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

if (process.argv.includes('--apt') && !find()) aptInstall(['chromium']);
const path = find();
console.log(path ?? `none of ${NAMES.join(', ')} on PATH`);
process.exitCode = path ? 0 : 1;
