import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTrustAnchors } from '../../../src/adapters/credentials/trust-anchors.ts';
import { TestAuthority } from '../../../src/simulators/pki/authority.ts';
import { certificatesPem } from '../../../src/simulators/pki/certificates.ts';
import { addToTrustFolder } from '../../../src/simulators/pki/trust-folder.ts';

let one: TestAuthority;
let other: TestAuthority;
let folder: string;

const pemOf = (authority: TestAuthority): string => certificatesPem([authority.certificate]);

beforeAll(async () => {
  [one, other] = await Promise.all([TestAuthority.create('One'), TestAuthority.create('Other')]);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aso-trust-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('takes a folder in IGTF style: each authority once, other files left alone', async () => {
  await addToTrustFolder(folder, one);
  await writeFile(join(folder, 'other.crt'), pemOf(other));
  await writeFile(join(folder, 'One.signing_policy'), 'access_id_CA …');
  await writeFile(join(folder, '0123abcd.r0'), 'a revocation list');
  const problems: string[] = [];
  const { certificates } = await createTrustAnchors({ path: folder, onProblem: (p) => problems.push(p) }).current();
  expect(new Set(certificates)).toEqual(new Set([pemOf(one), pemOf(other)]));
  expect(certificates).toHaveLength(2);
  expect(problems).toEqual([]);
});

it('takes a bundle', async () => {
  const path = join(folder, 'bundle');
  await writeFile(path, `# One\n${pemOf(one)}# Other\n${pemOf(other)}`);
  expect((await createTrustAnchors({ path }).current()).certificates).toEqual([pemOf(one), pemOf(other)]);
});

it("takes Node's own where no path is given", async () => {
  expect(await createTrustAnchors({ path: null }).current()).toMatchObject({ certificates: null });
});

it('names a broken file once and goes on with the others', async () => {
  await addToTrustFolder(folder, one);
  await writeFile(join(folder, 'broken.pem'), pemOf(other).slice(0, 400));
  const problems: string[] = [];
  const trust = createTrustAnchors({ path: folder, checkEveryMs: 0, onProblem: (p) => problems.push(p) });
  expect((await trust.current()).certificates).toEqual([pemOf(one)]);
  expect((await trust.current()).certificates).toEqual([pemOf(one)]);
  expect(problems).toEqual([`trust anchor ${join(folder, 'broken.pem')} cannot be used: it holds no certificate`]);
});

it('reads again what changed, and keeps what it had while the folder is away', async () => {
  await addToTrustFolder(folder, one);
  const problems: string[] = [];
  const trust = createTrustAnchors({ path: folder, checkEveryMs: 0, onProblem: (p) => problems.push(p) });
  const first = await trust.current();
  expect(await trust.current()).toBe(first);
  await addToTrustFolder(folder, other);
  const second = await trust.current();
  expect(second.certificates).toHaveLength(2);
  expect(second.fingerprint).not.toBe(first.fingerprint);
  await rm(folder, { recursive: true });
  expect(await trust.current()).toBe(second);
  expect(problems).toEqual([expect.stringContaining('ENOENT')]);
});

it('looks at most as often as it was told', async () => {
  await addToTrustFolder(folder, one);
  const trust = createTrustAnchors({ path: folder });
  const first = await trust.current();
  await addToTrustFolder(folder, other);
  expect(await trust.current()).toBe(first);
});

it('trusts nobody where there is nothing, and says what is missing', async () => {
  const trust = createTrustAnchors({ path: join(folder, 'none') });
  await expect(trust.current()).rejects.toThrow(/^no trust anchors in .*none \(trustAnchors\): ENOENT/);
  await mkdir(join(folder, 'none'));
  await expect(trust.current()).rejects.toThrow('it holds no certificate file');
  await addToTrustFolder(join(folder, 'none'), one);
  expect((await trust.current()).certificates).toHaveLength(1);
});
