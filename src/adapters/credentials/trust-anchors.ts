import { createHash, X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Authorities whose certificates servers may have. */
export interface Anchors {
  /** PEM; null: those that Node brings along. */
  certificates: readonly string[] | null;
  /** Changes with the certificates. */
  fingerprint: string;
}

export interface TrustAnchors {
  /** Those in force now. @throws Error where there are none at all: nobody is trusted then. */
  current(): Promise<Anchors>;
}

export interface TrustAnchorOptions {
  /** A folder in IGTF style (`*.pem`, `*.crt`, `<hash>.0`), or a file of certificates; null: Node's own. */
  path: string | null;
  /** Is told once of each file that cannot be used; the others count. */
  onProblem?: (problem: string) => void;
  /** Milliseconds between two looks at the files (60 s). */
  checkEveryMs?: number;
}

const CERTIFICATE_FILE = /\.(pem|crt)$|^[0-9a-f]{8}\.\d+$/;
const CERTIFICATE =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** Trust anchors from files, read again every minute while they are in use. */
export function createTrustAnchors({ path, onProblem, checkEveryMs = 60_000 }: TrustAnchorOptions): TrustAnchors {
  if (path === null) return { current: () => Promise.resolve({ certificates: null, fingerprint: 'node' }) };

  let last: Anchors | null = null;
  let readAt = -Infinity;
  let reading: Promise<Anchors> | null = null;
  let told = new Set<string>();

  const tell = (problems: string[]): void => {
    for (const problem of problems) if (!told.has(problem)) onProblem?.(problem);
    told = new Set(problems);
  };

  const read = async (): Promise<Anchors> => {
    try {
      const { anchors, problems } = await readAnchors(path);
      tell(problems);
      // The same content stays the same object, and connections stay open.
      if (last?.fingerprint !== anchors.fingerprint) last = anchors;
      return last;
    } catch (error) {
      const problem = `no trust anchors in ${path} (trustAnchors): ${(error as Error).message}`;
      if (!last) throw new Error(problem, { cause: error });
      // An update under way: what was there holds until it is done.
      tell([problem]);
      return last;
    } finally {
      readAt = performance.now();
    }
  };

  return {
    current() {
      if (last && performance.now() - readAt < checkEveryMs) return Promise.resolve(last);
      reading ??= read().finally(() => (reading = null));
      return reading;
    },
  };
}

async function readAnchors(path: string): Promise<{ anchors: Anchors; problems: string[] }> {
  const files = (await stat(path)).isDirectory()
    ? (await readdir(path)).filter((name) => CERTIFICATE_FILE.test(name)).map((name) => join(path, name))
    : [path];
  const found = new Map<string, string>();
  const problems: string[] = [];
  await Promise.all(
    files.map(async (file) => {
      try {
        // A hash is a link to a file that was read already, usually.
        for (const certificate of certificatesIn(await readFile(file, 'utf8')))
          found.set(certificate.fingerprint256, certificate.toString());
      } catch (error) {
        problems.push(`trust anchor ${file} cannot be used: ${(error as Error).message}`);
      }
    }),
  );
  if (found.size === 0) throw new Error(problems[0] ?? 'it holds no certificate file');
  const fingerprint = createHash('sha256')
    .update([...found.keys()].sort().join())
    .digest('hex');
  return { anchors: { certificates: [...found.values()], fingerprint }, problems: problems.sort() };
}

function certificatesIn(text: string): X509Certificate[] {
  const certificates = [...text.matchAll(CERTIFICATE)].map(([pem]) => new X509Certificate(pem));
  if (certificates.length === 0) throw new Error('it holds no certificate');
  return certificates;
}
