import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/**
 * Installs what package-lock.json names, unless it is there already.
 * @param {string} root
 * @param {(text: string) => void} say
 * @returns {Promise<string>} what was done
 */
export async function ensureDependencies(root, say) {
  if (areInstalled(root)) return 'as package-lock.json says';
  return withLock(
    join(root, '.cache', 'setup.lock'),
    async () => {
      if (areInstalled(root)) return 'installed by another run meanwhile';
      say('npm ci: this takes a minute the first time');
      npmCi(root);
      return 'installed';
    },
    say,
  );
}

/**
 * Compares package-lock.json with npm's own record of what is in node_modules. npm writes that last, so an
 * interrupted installation has none.
 */
function areInstalled(root) {
  try {
    const wanted = packages(join(root, 'package-lock.json'));
    const present = packages(join(root, 'node_modules', '.package-lock.json'));
    const same = (path) => wanted[path]?.version === present[path]?.version;
    // Optional packages of other platforms are named in the lock file, but not installed.
    const isNeeded = (path) => path !== '' && !wanted[path].optional;
    return Object.keys(wanted).filter(isNeeded).every(same) && Object.keys(present).every(same);
  } catch {
    return false;
  }
}

const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

function npmCi(root) {
  // The npm that runs us, where one does.
  const cli = /npm-cli\.c?js$/.test(process.env.npm_execpath ?? '') ? process.env.npm_execpath : null;
  // Development dependencies hold the pinned Node: they are needed even where NODE_ENV says production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, all] = cli ? [process.execPath, [cli, ...args]] : ['npm', args];
  const { status, error } = spawnSync(command, all, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  throw new Error(
    `npm ci failed${error ? ` (${error.message})` : ', its own words are above'}. Where it could not fetch packages: ` +
      '`npm config get registry` says where it looked.',
  );
}
