import type { CredentialInfo, CredentialStore } from '../../ports/credentials.ts';
import type { Metrics } from './metrics.ts';
import type { Sample } from './sampler.ts';

/** Files that have not changed are not read again. */
const EVERY_MS = 60_000;

const HOUR_MS = 3_600_000;
/** FTS takes no job with less than an hour left; delegations are renewed below a day; CRAB renews proxies within three days. */
const BUCKETS: [belowMs: number, left: string][] = [
  [0, 'expired'],
  [HOUR_MS, 'lt_1h'],
  [6 * HOUR_MS, 'lt_6h'],
  [24 * HOUR_MS, 'lt_24h'],
  [72 * HOUR_MS, 'lt_72h'],
  [Infinity, 'more'],
];
const LEFT = [...BUCKETS.map(([, left]) => left), 'unknown', 'unreadable'];
const KINDS = ['x509', 'token'] as const;

/** How many credentials have how much time left: numbers only, since a user's name is no label. */
export const credentialSample = (store: CredentialStore): Sample => ({
  name: 'credentials',
  everyMs: EVERY_MS,
  async take(metrics) {
    const credentials = await store.list();
    const now = Date.now();
    for (const kind of KINDS)
      for (const left of LEFT) {
        const count = credentials.filter((info) => info.kind === kind && leftOf(info, now) === left).length;
        metrics.set('aso_credentials', count, { kind, left });
      }
    tellServiceCredential(metrics, credentials, now);
  },
});

/** The service's own, which has no user: of several the one that lasts longest. */
function tellServiceCredential(metrics: Metrics, credentials: CredentialInfo[], now: number): void {
  for (const kind of KINDS) {
    const own = credentials.filter(({ ref, kind: its }) => ref.user === '' && its === kind);
    // One that does not say when it ends is as good as its file.
    if (own.length === 0 || own.some(({ state, expiresAt }) => state === 'valid' && expiresAt === null)) continue;
    const ends = Math.max(...own.map(({ expiresAt }) => expiresAt ?? 0));
    metrics.set('aso_service_credential_seconds', Math.max(ends - now, 0) / 1000, { kind });
  }
}

export function leftOf({ state, expiresAt }: Pick<CredentialInfo, 'state' | 'expiresAt'>, now: number): string {
  if (state === 'unreadable') return 'unreadable';
  if (expiresAt === null) return 'unknown';
  const left = expiresAt - now;
  return BUCKETS.find(([below]) => left <= below)?.[1] ?? 'more';
}
