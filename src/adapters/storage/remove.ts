import type { CredentialRef } from '../../domain/file.ts';
import { describe } from '../http.ts';
import { shortText } from '../short-text.ts';
import { notNow, type DoorAnswer, type DoorClient } from './door-client.ts';
import { refused } from './door-url.ts';
import { isAbsent } from './look.ts';

/**
 * Deletes a file at a door. `version`: only if the file's entity tag is still this one; doors that do not heed `If-Match` (XRootD and
 * EOS among them) delete all the same. A lost answer is repeated by whoever calls: the second one is told `absent`, which is as good.
 *
 * Throws as the door client does; `StorageUnavailable` too where the door says yes and the file is still there.
 */
export async function removeAt(
  ask: DoorClient,
  url: URL,
  credential: CredentialRef,
  version?: string,
): Promise<'removed' | 'absent' | 'changed'> {
  const headers = version === undefined ? {} : { 'if-match': version };
  const answer = await ask({ method: 'DELETE', url, credential, headers, answers: [412] });
  if (isAbsent(answer)) return 'absent';
  if (answer.status === 412) return 'changed';
  if (answer.status === 207) return failureWithin(url, answer);
  if (isSure(answer)) return 'removed';
  const said = shortText(answer.text, 200);
  const seen = await ask({ method: 'HEAD', url, credential });
  if (isAbsent(seen)) return 'removed';
  throw notNow(`${describe({ method: 'DELETE', url })}: HTTP ${answer.status} ${said}, but the file is there`, answer);
}

/** 202 promises only; an error that came after the status was sent stands in the body or behind it. */
function isSure({ status, text, trailers = {} }: DoorAnswer): boolean {
  const trailer = trailers['x-transfer-status'];
  return status !== 202 && !/\b(fail(ed|ure)?|error|denied)\b/i.test(text) && !(trailer && !/^2\d\d/.test(trailer));
}

/** A multi-status answer to a DELETE lists what could not be deleted (RFC 4918, 9.6.1); nothing listed: all went well. */
function failureWithin(url: URL, answer: DoorAnswer): 'removed' | 'absent' {
  const statuses = [...answer.text.matchAll(/<(?:[\w.-]+:)?status[^<>]*>\s*HTTP\/[\d.]+\s+(\d{3})/gi)].map(([, code]) => Number(code)); // prettier-ignore
  const failed = statuses.filter((status) => status >= 300);
  if (failed.length === 0) return 'removed';
  if (failed.every((status) => status === 404 || status === 410)) return 'absent';
  const message = `${describe({ method: 'DELETE', url })}: HTTP 207 with ${failed.join(', ')} in it`;
  throw failed.some((status) => status >= 500 || status === 423) ? notNow(message, answer) : refused(message);
}
