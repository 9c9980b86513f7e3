import { describe, expect, it } from 'vitest';
import { adler32Of } from '../../../src/adapters/storage/digest.ts';

describe('adler32Of', () => {
  it.each([
    [{ digest: 'adler32=0a1b2c3d' }, '0a1b2c3d'],
    [{ digest: 'ADLER32=A1B2C3D' }, '0a1b2c3d'],
    [{ digest: 'adler32=0x0A1B2C3D;q=1' }, '0a1b2c3d'],
    [{ digest: 'md5=1B2M2Y8AsgTpgAmY7PhCfg==,adler32=0a1b2c3d' }, '0a1b2c3d'],
    [{ digest: ['sha-256=abc', 'adler32="0a1b2c3d"'] }, '0a1b2c3d'],
    [{ digest: 'adler32=ChssPQ==' }, '0a1b2c3d'],
    [{ 'repr-digest': 'adler=:ChssPQ==:' }, '0a1b2c3d'],
    [{ 'repr-digest': 'sha-256=:AAAA:, adler32=:0a1b2c3d:' }, '0a1b2c3d'],
    [{ digest: 'adler32=', 'repr-digest': 'adler32=:ChssPQ==:' }, '0a1b2c3d'],
    [{ 'oc-checksum': 'ADLER32:a1b2c3d' }, '0a1b2c3d'],
    [{ digest: 'adler32=unknown' }, null],
    [{ digest: 'adler32=not-a-sum' }, null],
    [{ digest: 'adler32=0a1b2c3d4' }, null],
    [{ digest: 'md5=1B2M2Y8AsgTpgAmY7PhCfg==' }, null],
    [{}, null],
  ])('%j', (headers, sum) => {
    expect(adler32Of(headers)).toBe(sum);
  });
});
