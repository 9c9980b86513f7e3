/** What a bearer token (a JWT of the WLCG profile) says of whoever sends it. */
export interface BearerToken {
  /** As sent. */
  text: string;
  issuer: string;
  subject: string;
  /** VO and groups, `/cms`; none where the token does not say. */
  groups: readonly string[];
}

/**
 * The token of an `Authorization` header: null where there is none, `invalid` where it has expired or cannot be read.
 * Signatures are not looked at: the issuer's keys would have to be simulated too.
 */
export function bearerToken(authorization: string | undefined): BearerToken | 'invalid' | null {
  const [, text] = /^Bearer\s+(\S+)$/i.exec(authorization ?? '') ?? [];
  if (text === undefined) return null;
  try {
    const { iss, sub, exp, nbf, ...claims } = JSON.parse(
      Buffer.from(text.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    const now = Date.now() / 1000;
    const isTimely = typeof exp === 'number' && exp > now && (typeof nbf !== 'number' || nbf <= now);
    if (!isTimely || typeof iss !== 'string' || typeof sub !== 'string') return 'invalid';
    const groups = claims['wlcg.groups'];
    return { text, issuer: iss, subject: sub, groups: Array.isArray(groups) ? groups.map(String) : [] };
  } catch {
    return 'invalid';
  }
}

/** A token for tests and the demo. @param lifetimeSeconds negative: it has expired so long ago */
export function makeToken(subject: string, lifetimeSeconds: number, claims: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const body = {
    iss: 'https://iam.example.org/',
    sub: subject,
    aud: 'https://wlcg.cern.ch/jwt/v1/any',
    scope: 'fts:submit-transfer',
    nbf: Math.min(now, now + lifetimeSeconds) - 60,
    exp: now + lifetimeSeconds,
    ...claims,
  };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(body)}.${Buffer.from('not signed').toString('base64url')}`;
}
