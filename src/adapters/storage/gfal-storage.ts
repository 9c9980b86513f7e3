import { access, constants } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { FAILURE_TYPES, type FailureType } from '../../contract/failure-types.ts';
import type { CredentialRef } from '../../domain/file.ts';
import type { CredentialStore } from '../../ports/credentials.ts';
import { PortError } from '../../ports/errors.ts';
import type { StoragePort } from '../../ports/storage.ts';
import { NOT_SENT, wasHeldUp } from '../attempt.ts';
import { clearCredentialFiles, withCredentialFile } from '../credentials/credential-file.ts';
import { shortText } from '../short-text.ts';
import { hexOf } from './digest.ts';
import { runTool, type ToolRun } from './run-tool.ts';

export interface GfalStorageOptions {
  store: CredentialStore;
  /** Path of `gfal-rm`; null: the one on PATH. `gfal-stat` and `gfal-sum` are looked for beside it. */
  gfalRm: string | null;
  /** Seconds that the tools give themselves: 180, as CRAB's reporters. */
  timeoutSeconds?: number;
  /** Seconds after that until a tool is killed; gfal2-util itself waits 30 s before it gives up. */
  graceSeconds?: number;
}

/** What `gfal-*` may be asked about: never a local file. */
const SCHEMES = /^(roots?|xroots?|srm|gsiftp):\/\/[^/\s]+\/.*[^/]$/;

/**
 * Sites' storage by the grid's command line tools (gfal2-util), for what has no WebDAV door. All methods throw `StorageNoWay` where the tools
 * are not installed. The tools exit with the number of the system's error.
 */
export function createGfalStorage(options: GfalStorageOptions): StoragePort {
  const { store, timeoutSeconds = 180, graceSeconds = 45 } = options;
  clearCredentialFiles();

  async function run(tool: string, url: string, args: string[], credential: CredentialRef): Promise<ToolRun> {
    if (!SCHEMES.test(url)) throw noWay(`no way to see or delete ${url.slice(0, 300)}`);
    const path = await toolPath(options.gfalRm, tool);
    if (!path) throw noWay(`no way to see or delete ${/^\w+/.exec(url)?.[0] ?? ''} files: ${tool} is not installed`);
    const all = ['-t', String(timeoutSeconds), url, ...args];
    const timeoutMs = (timeoutSeconds + graceSeconds) * 1000;
    return withCredentialFile(await store.get(credential), (env) => runTool(path, all, { env, timeoutMs }));
  }

  return {
    async look(url, credential) {
      const stat = await run('gfal-stat', url, [], credential);
      if (isMissing(stat)) return null;
      const size = /^\s*Size:\s*(\d+)\s+regular file/m.exec(stat.text)?.[1];
      if (stat.code !== 0 || size === undefined) throw failure('gfal-stat', url, stat);
      const sum = await run('gfal-sum', url, ['ADLER32'], credential);
      // Not every storage keeps checksums for every protocol: the size is known all the same.
      const told = sum.code === 0 ? sum.text.trim().split(/\s+/).at(-1) : undefined;
      return { size: Number(size), adler32: hexOf(told ?? '') };
    },
    async remove(url, credential) {
      if (wasHeldUp()) throw new PortError(FAILURE_TYPES.storageUnavailable, shortText(`gfal-rm ${url}: ${NOT_SENT}`));
      const result = await run('gfal-rm', url, [], credential);
      if (isMissing(result)) return 'absent';
      if (result.code !== 0) throw failure('gfal-rm', url, result);
      return 'removed';
    },
  };
}

/** The tool's path, or null where it is not there to be run. */
async function toolPath(gfalRm: string | null, tool: string): Promise<string | null> {
  const folders = gfalRm === null ? (process.env['PATH'] ?? '').split(delimiter).filter(Boolean) : [dirname(gfalRm)];
  const paths = gfalRm !== null && tool === 'gfal-rm' ? [gfalRm] : folders.map((folder) => join(folder, tool));
  for (const path of paths) if (await isProgram(path)) return path;
  return null;
}

const isProgram = (path: string): Promise<boolean> => access(path, constants.X_OK).then(() => true, () => false); // prettier-ignore

const ENOENT = 2;

/** A wrong command line exits with 2 as well, hence the words. */
const isMissing = ({ code, text }: ToolRun): boolean =>
  code === ENOENT && /\bMISSING\b|no such file or directory/i.test(text);

/** EPERM, EACCES, EISDIR, ENOSYS, EPROTONOSUPPORT: no more of it tomorrow. */
const FOR_GOOD = new Set([1, 13, 21, 38, 93]);

function failure(tool: string, url: string, { code, text }: ToolRun): PortError {
  const how = code === null ? 'killed, it took too long' : `exit code ${code}`;
  const message = shortText(`${tool} ${url}: ${how}: ${text}`);
  // gfal2 says EACCES or EINVAL of these too, which mend by themselves once the owner has a fresh one.
  if (/(proxy|credential|certificate|token)\b[^.]*\b(expired|not found|missing)/i.test(text))
    return new PortError(FAILURE_TYPES.credential, message);
  const retryable = code === null || !FOR_GOOD.has(code);
  const type: FailureType = retryable ? FAILURE_TYPES.storageUnavailable : FAILURE_TYPES.storageRefused;
  return new PortError(type, message, { retryable });
}

const noWay = (message: string): PortError =>
  new PortError(FAILURE_TYPES.storageNoWay, shortText(message), { retryable: false });
