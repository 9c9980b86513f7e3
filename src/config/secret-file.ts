import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from './config-error.ts';

/**
 * Reads a file that holds a secret, which only its owner may use.
 * @param setting the setting that names the file, for errors, which never quote what is in it
 * @param isShared others use the file too: who may read it is up to whoever made it
 * @throws ConfigError where it cannot be read, or others may use it though it is not shared
 */
export function readSecretFile(path: string, setting: string, isShared = false): string {
  const fail = (rule: string): never => {
    throw new ConfigError([{ where: setting, rule }]);
  };
  const orFail = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      return fail(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
    }
  };
  const rights = orFail(() => statSync(path)).mode & 0o777;
  if (!isShared && process.platform !== 'win32' && (rights & 0o077) !== 0)
    fail(`${path} may be used by its owner only (chmod 600): its mode is 0${rights.toString(8)}`);
  return orFail(() => readFileSync(path, 'utf8'));
}
