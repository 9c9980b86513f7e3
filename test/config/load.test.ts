import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigError, describeConfig, loadConfig, SETTINGS } from '../../src/config/index.ts';
import { DEFAULT_POLICY } from '../../src/domain/policy.ts';

const folders: string[] = [];

function configFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'aso-config-'));
  folders.push(folder);
  const file = join(folder, 'aso.yaml');
  writeFileSync(file, content);
  return file;
}

afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** The problems that loading these variables meets, as `where: rule; given …`. */
function problemsOf(env: NodeJS.ProcessEnv): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems.map((p) => `${p.where}: ${p.rule}${p.given ? `; given ${p.given}` : ''}`);
  }
  return [];
}

describe('values', () => {
  test('defaults hold where nothing is set', () => {
    const config = loadConfig({});
    expect(config.policy).toEqual(DEFAULT_POLICY);
    expect(config).toMatchObject({
      ftsServer: 'https://fts3-cms.cern.ch:8446',
      crabUrl: 'https://cmsweb.cern.ch/crabserver/prod',
      siteconf: '/cvmfs/cms.cern.ch/SITECONF',
      credentials: null,
      groups: null,
      metricsAddress: null,
      retentionDays: 45,
    });
  });

  test('the file overrides defaults, the environment overrides the file', () => {
    const ASO_CONFIG = configFile(
      'policy: { batchWindow: 30, followMax: 200 }\nworker: { activitySlots: { fts: 7 } }\ncredentials: /creds\n',
    );
    const config = loadConfig({ ASO_CONFIG, ASO_POLICY_BATCH_WINDOW: '10', ASO_CREDENTIALS: 'none' });
    expect(config.policy).toEqual({ ...DEFAULT_POLICY, batchWindow: 10, followMax: 200 });
    expect(config.worker.activitySlots).toMatchObject({ fts: 7, storage: 50 });
    expect(config.credentials).toBeNull();
  });

  test('a list of servers is one, by file and by variable', () => {
    const [one, other] = ['https://fts.example:8446', 'https://fts2.example:8446'];
    const ASO_CONFIG = configFile(`ftsAlternatives: ['${one}/']`);
    expect(loadConfig({ ASO_CONFIG }).ftsAlternatives).toEqual([one]);
    expect(loadConfig({ ASO_FTS_ALTERNATIVES: `${one}, ${other}/` }).ftsAlternatives).toEqual([one, other]);
    expect(loadConfig({ ASO_CONFIG, ASO_FTS_ALTERNATIVES: 'none' }).ftsAlternatives).toBeNull();
    expect(problemsOf({ ASO_FTS_ALTERNATIVES: `${one},http://fts.example` })).toEqual([
      expect.stringMatching(/^ASO_FTS_ALTERNATIVES: must be a list .* each an https:\/\/ URL/),
    ]);
  });

  test('JSON will do for the file, and for the one setting that is a map', () => {
    const ASO_CONFIG = configFile('{"groups": {"higgs": "/etc/aso/higgs"}}');
    expect(loadConfig({ ASO_CONFIG }).groups).toEqual({ higgs: '/etc/aso/higgs' });
    expect(loadConfig({ ASO_CONFIG, ASO_GROUPS: '{"top":"/t"}' }).groups).toEqual({ top: '/t' });
  });

  test('an empty variable counts as not set, other programs’ variables do not matter', () => {
    expect(loadConfig({ ASO_RETENTION_DAYS: '', ASO_TEMPORAL_CLI: '/t', HOME: '/' }).retentionDays).toBe(45);
  });

  test('a service may be reached without TLS on loopback only', () => {
    expect(loadConfig({ ASO_FTS_SERVER: 'http://127.0.0.1:8446/' }).ftsServer).toBe('http://127.0.0.1:8446');
    expect(problemsOf({ ASO_FTS_SERVER: 'http://fts.example.org' })).toHaveLength(1);
  });

  test('nothing in it can be changed', () => {
    const config = loadConfig({});
    expect(() => Object.assign(config.policy, { batchWindow: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.worker.activitySlots, { fts: 1 })).toThrow(TypeError);
  });
});

describe('errors', () => {
  test('all are listed at once, with variable, rule and what was given', () => {
    const found = problemsOf({
      ASO_POLICY_MAX_FILES_PER_FTS_JOB: '201',
      ASO_RETENTION_DAYS: 'soon',
      ASO_LOG_LEVEL: 'loud',
      ASO_METRICS_ADDRESS: 'host:99999',
      ASO_SITECONF: 'here',
      ASO_GROUPS: '{"g": "relative"}',
      ASO_POLICY_STAGE_OUT_TIMEOUT: '2592000',
    });
    expect(found).toEqual([
      'ASO_SITECONF: must be the absolute path of a directory; given "here"',
      expect.stringContaining('ASO_GROUPS: must be an object of names and absolute paths') as string,
      'ASO_LOG_LEVEL: must be one of trace, debug, info, warn, error; given "loud"',
      'ASO_METRICS_ADDRESS: must be host:port, or none; given "host:99999"',
      'ASO_RETENTION_DAYS: must be a whole number from 1 to 3650 (days); given "soon"',
      'ASO_POLICY_MAX_FILES_PER_FTS_JOB: must be a whole number from 1 to 200 (files); given 201',
      'ASO_POLICY_STAGE_OUT_TIMEOUT: policy.stageOutTimeout must be less than policy.taskLifetime; given 2592000 s and 2592000 s',
    ]);
  });

  test('unknown names in the environment and in the file are errors that say what was probably meant', () => {
    const ASO_CONFIG = configFile('ftsserver: https://x\nworker: { cachedWorkflow: 3 }\nqwertyuiop: 1\npolicy: 5\n');
    expect(problemsOf({ ASO_CONFIG, ASO_POLICY_BATCHWINDOW: '1' })).toEqual([
      'ASO_POLICY_BATCHWINDOW: no such setting; did you mean ASO_POLICY_BATCH_WINDOW?',
      `worker.cachedWorkflow (in ${ASO_CONFIG}): no such setting; did you mean worker.cachedWorkflows?`,
      `policy (in ${ASO_CONFIG}): must hold settings by name; given 5`,
      `ftsserver (in ${ASO_CONFIG}): no such setting; did you mean ftsServer?`,
      `qwertyuiop (in ${ASO_CONFIG}): no such setting`,
    ]);
  });

  test('retention shorter than a task may live would forget its files', () => {
    expect(problemsOf({ ASO_RETENTION_DAYS: '29' })).toEqual([
      'ASO_RETENTION_DAYS: policy.sourceRetention must be at most retentionDays; given 2592000 s and 29 days',
      'ASO_RETENTION_DAYS: policy.taskLifetime must be at most retentionDays; given 2592000 s and 29 days',
    ]);
  });

  test('passwords in addresses are refused and not repeated', () => {
    const [problem] = problemsOf({ ASO_CRAB_URL: 'https://me:hunter2@crab.example.org/' });
    expect(problem).toContain('without user, password');
    expect(problem).not.toContain('hunter2');
  });

  test('a file that is not there, not YAML or not a map', () => {
    expect(problemsOf({ ASO_CONFIG: '/no/such/file' })[0]).toMatch(/must be a readable YAML or JSON file: ENOENT/);
    expect(problemsOf({ ASO_CONFIG: configFile('a: [1') })[0]).toMatch(/must be a readable YAML/);
    expect(problemsOf({ ASO_CONFIG: configFile('- 1') })[0]).toMatch(/must hold settings by name/);
  });
});

test('describes every setting with its source', () => {
  const ASO_CONFIG = configFile('retentionDays: 60\n');
  const rows = describeConfig(loadConfig({ ASO_CONFIG, ASO_FTS_SERVER: 'https://fts.example.org' }));
  expect(rows.map((row) => row.name)).toEqual(SETTINGS.map((setting) => setting.name));
  const row = (name: string) => rows.find((r) => r.name === name);
  expect(row('retentionDays')).toMatchObject({ value: '60', unit: 'days', source: 'file' });
  expect(row('ftsServer')).toMatchObject({ value: 'https://fts.example.org', source: 'environment' });
  expect(row('groups')).toMatchObject({ value: 'none', source: 'default', variable: 'ASO_GROUPS' });
});
