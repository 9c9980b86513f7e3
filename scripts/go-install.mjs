import { finish } from './finish.mjs';

const TIMEOUT_MS = 20 * 60_000;

/**
 * Builds programs with Go, for this machine, into a folder; their names there are those of their packages.
 * @param {readonly string[]} packages with their version
 * @param {string} folder
 * @param {{ env: NodeJS.ProcessEnv, say: (text: string) => void }} context
 * @throws an Error with what Go says
 */
export async function goInstall(packages, folder, { env, say }) {
  say(`building with Go (go install ${packages.join(' ')}): 1 to 6 minutes, once`);
  const start = Date.now();
  const note = setInterval(() => say(`still building, ${Math.round((Date.now() - start) / 1000)} s`), 30_000);
  // Without CGO no C compiler is needed; a GOOS or GOARCH of the caller would build for another machine.
  await finish('go', ['install', '-ldflags=-s -w', ...packages], {
    cwd: folder,
    env: { ...env, GOOS: undefined, GOARCH: undefined, GOBIN: folder, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
    timeoutMs: TIMEOUT_MS,
  }).finally(() => clearInterval(note));
}
