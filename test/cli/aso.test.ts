import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { EXIT_TEXTS } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';
import { runAso } from './run-aso.ts';

const TASK = '261123_101500:alice_crab_analysis_1';

describe('aso', () => {
  it('explains itself, with examples and every exit status', async () => {
    const { code, out } = await runAso(['--help']);
    expect(code).toBe(0);
    for (const command of createProgram().commands) expect(out).toMatch(new RegExp(`^  ${command.name()}\\b`, 'm'));
    for (const [status, text] of Object.entries(EXIT_TEXTS)) expect(out).toMatch(new RegExp(`${status} +${text}`));
    expect(out).toContain('Examples:');
    expect(out).not.toContain('\u001b');
  });

  it('has an example for every command', () => {
    for (const command of createProgram().commands) {
      const leaves = command.commands.length ? command.commands : [command];
      for (const leaf of leaves) {
        let help = '';
        leaf.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
        expect(help, leaf.name()).toContain('Examples:\n  ');
      }
    }
  });

  it('suggests the command that was meant', async () => {
    const { code, err } = await runAso(['sumbit', 'x']);
    expect(code).toBe(2);
    expect(err).toContain("unknown command 'sumbit'");
    expect(err).toContain('Did you mean submit?');
  });

  test.each([
    [['cancel', TASK], '--reason'],
    [['files', TASK, '--state', 'lost'], 'Allowed choices'],
    [['simulate', 'fts3', '--port', '99999'], 'port'],
    [['watch', TASK, '--interval', '0'], 'seconds'],
    [['status', TASK, '--jsn'], 'Did you mean --json?'],
    [['worker', '--role', 'nobody'], 'Allowed choices'],
  ])('refuses %j', async (args, text) => {
    const { code, err } = await runAso(args);
    expect(code).toBe(2);
    expect(err).toContain(text);
  });

  test.each([
    ['status', TASK],
    ['cancel', TASK, '--reason', 'x'],
  ])('says within 10 s that Temporal is dead: %s', async (...args) => {
    const { code, err, seconds } = await runAso(args);
    expect(code).toBe(3);
    expect(err).toMatch(/^error: cannot reach Temporal at 127\.0\.0\.1:1 .*\n$/);
    expect(seconds).toBeLessThan(10);
  });
});

describe('aso config check', () => {
  it('prints what is in force and where it comes from, secrets masked', async () => {
    const env = { ASO_POLICY_BATCH_WINDOW: '30', TEMPORAL_API_KEY: 'hush' };
    const { code, out, err } = await runAso(['config', 'check'], { env });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^policy\.batchWindow +30 s {2}\(environment, ASO_POLICY_BATCH_WINDOW\)$/m);
    expect(out).toMatch(/^policy\.maxFilesPerFtsJob +100 files {2}\(default, /m);
    expect(out).toMatch(/^temporal\.address +127\.0\.0\.1:1$/m);
    expect(out).not.toContain('hush');
  });

  it('prints every error at once', async () => {
    const env = { ASO_POLICY_BATCH_WINDOW: 'soon', ASO_LOG_LEVEL: 'loud', TEMPORAL_ADDRESS: 'nowhere' };
    const { code, err } = await runAso(['config', 'check'], { env });
    expect(code).toBe(2);
    for (const name of ['ASO_POLICY_BATCH_WINDOW', 'ASO_LOG_LEVEL', 'TEMPORAL_ADDRESS']) expect(err).toContain(name);
    expect(err).not.toMatch(/\n {4}at /);
  });
});

describe('aso simulate', () => {
  it('names every error of a fault script', async () => {
    const script = join(mkdtempSync(join(tmpdir(), 'aso-')), 'faults.yaml');
    writeFileSync(script, 'requestFaults: [{ path: "(" }]\nsurprise: 1\n');
    const { code, err } = await runAso(['simulate', 'fts3', '--script', script]);
    expect(code).toBe(2);
    expect(err).toContain('requestFaults[0].path');
    expect(err).toContain('surprise');
  });
});
