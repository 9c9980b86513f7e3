import { createHmac } from 'node:crypto';
import { isSecret } from '../web/access-token.ts';

/** Who may have payloads decoded: whoever knows the token, or has shown it once in this browser. */
export interface Access {
  isToken(text: string): boolean;
  /** What the browser is given to show in place of the token: no use for anything else, and void when the token changes. */
  readonly cookie: string;
  isCookie(text: string | undefined): boolean;
}

/** Access by a token. */
export function accessByToken(token: string): Access {
  const cookie = createHmac('sha256', token).update('aso codec server').digest('base64url');
  return {
    cookie,
    isToken: (text) => isSecret(text, token),
    isCookie: (text) => text !== undefined && isSecret(text, cookie),
  };
}
