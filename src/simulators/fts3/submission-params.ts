import { FtsRefusal } from './answers.ts';
import type { JobType } from './rows.ts';
import {
  isDictionary,
  isFlag,
  isTruthy,
  iterate,
  malformed,
  pythonType,
  toInt,
  type Dictionary,
} from './submission-values.ts';

const DEFAULTS: Dictionary = {
  bring_online: -1,
  verify_checksum: false,
  copy_pin_lifetime: -1,
  archive_timeout: -1,
  job_metadata: null,
  overwrite: false,
  overwrite_on_retry: false,
  overwrite_hop: false,
  overwrite_when_only_on_disk: false,
  dst_file_report: false,
  reuse: null,
  multihop: false,
  retry: 0,
  retry_delay: 0,
  priority: 3,
  max_time_in_queue: 0,
};

/** Parameters with FTS's defaults, also where the request says null. @throws FtsRefusal 400 */
export function paramsOf(body: Dictionary): Dictionary {
  const given = 'params' in body ? body['params'] : {};
  if (!isDictionary(given) && iterate(given).length > 0) {
    throw malformed('cannot convert dictionary update sequence element #0 to a sequence');
  }
  const named = isDictionary(given) ? Object.entries(given).filter(([, value]) => value !== null) : [];
  return { ...DEFAULTS, ...Object.fromEntries(named) };
}

/** The submission id, null where the id is left to FTS. @throws FtsRefusal 400 */
export function sidOf(params: Dictionary): string | null {
  if (params['id_generator'] !== 'deterministic') return null;
  const sid = params['sid'] ?? null;
  if (sid === null) throw new FtsRefusal(400, 'Need sid for deterministic job id generation');
  if (typeof sid !== 'string') throw malformed(`can only concatenate str (not "${pythonType(sid)}") to str`);
  return sid;
}

/** FTS's letter for the overwrite flags, null for none. @throws FtsRefusal 400 */
export function overwriteOf(params: Dictionary, type: JobType): string | null {
  const names = ['overwrite', 'overwrite_on_retry', 'overwrite_when_only_on_disk', 'overwrite_hop'];
  const [plain, onRetry, onDisk, hop] = names.map((name) => isTruthy(params[name]));
  const count = names.filter((name) => isFlag(params[name])).length;
  if (count > 1 && !(count === 2 && hop && onDisk)) {
    throw new FtsRefusal(400, 'Incompatible overwrite flags used at the same time');
  }
  if (onDisk && toInt(params['archive_timeout']) <= 0) {
    throw new FtsRefusal(400, "'overwrite-when-only-on-disk' requires 'archive-timeout' to be set");
  }
  // Truth, not the careful reading above: "N" is a text that is not empty, so it enables overwriting.
  const flag = plain ? 'Y' : onRetry ? 'R' : hop && onDisk ? 'Q' : hop ? 'M' : onDisk ? 'D' : null;
  if ((flag === 'M' || flag === 'Q') && type !== 'H') {
    throw new FtsRefusal(400, "'overwrite-hop' requires multihop job submission");
  }
  return flag;
}

/** The settings that travel to the copy process, e.g. `nostreams:2,strict`. */
export function internalParamsOf(params: Dictionary): string | null {
  const numbers = { nostreams: 'nostreams', timeout: 'timeout', buffer_size: 'buffersize' };
  const parts = Object.entries(numbers)
    .filter(([name]) => isTruthy(params[name]))
    .map(([name, key]) => `${key}:${toInt(params[name])}`);
  if (isTruthy(params['strict_copy'])) parts.push('strict');
  if (isTruthy(params['disable_cleanup'])) parts.push('disable-cleanup');
  if (isTruthy(params['ipv4'])) parts.push('ipv4');
  else if (isTruthy(params['ipv6'])) parts.push('ipv6');
  if (isTruthy(params['s3alternate'])) parts.push('s3alternate');
  return parts.length > 0 ? parts.join(',') : null;
}
