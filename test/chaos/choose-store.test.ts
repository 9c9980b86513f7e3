import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { chooseStore } from '../../src/chaos/choose-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'aso-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is PostgreSQL where all of its programs are found, and the file where one is missing, with the reason', () => {
  const env = { PATH: folder, HOME: folder, ASO_POSTGRESQL: folder };
  for (const name of ['initdb', 'postgres', 'pg_basebackup', 'temporal-server', 'temporal-sql-tool']) {
    expect(chooseStore(undefined, env)).toEqual({
      store: 'file',
      why: expect.stringMatching(/missing|lacks/) as string,
    });
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), 0o755);
  }
  expect(chooseStore(undefined, env)).toEqual({ store: 'postgresql', why: `its programs are in ${folder}` });
});

it('is the one that was asked for', () => {
  expect(chooseStore('file').store).toBe('file');
  expect(chooseStore('postgresql', { PATH: '' }).store).toBe('postgresql');
});
