import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where is kept what is fetched or built once for all clones. */
export function cacheFolder(env) {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'asyncstageout');
}
