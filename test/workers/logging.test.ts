import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { transferBatchId } from '../../src/contract/ids.ts';
import type { FileEvent } from '../../src/domain/batch/file-events.ts';
import { createLog, temporalLogger } from '../../src/workers/logging.ts';
import { createMetrics } from '../../src/workers/telemetry/metrics.ts';
import { SiteLabels } from '../../src/workers/telemetry/site-labels.ts';
import { taskEvents } from '../../src/workers/telemetry/task-events.ts';
import { noopMetricMeter } from '@temporalio/common';

const DN = '/DC=ch/DC=cern/OU=Organic Units/OU=Users/CN=alice/CN=712345/CN=Alice Example';
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
const PROXY = `-----BEGIN CERTIFICATE-----\nMIIBszCCARygAwIBAgIE\n-----END CERTIFICATE-----
-----BEGIN RSA PRIVATE KEY-----\nMIICXAIBAAKBgQC7\n-----END RSA PRIVATE KEY-----`;
const HOSTILE = `refused ${DN}" for Bearer ${TOKEN}\n${PROXY}\r\n{"level":60,"msg":"forged"}\u001b[2J\u009b31m\u202Eback`;
/** What must be nowhere in what is written. */
const SECRETS = ['Alice Example', 'CN=alice', TOKEN, 'MIIBszCC', 'MIICXAIB', 'PRIVATE KEY'];

const TASK = '261124_100000:alice_crab_test';

function written(act: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  let text = '';
  act(createLog({ logLevel: 'info', logFormat: 'json' }, { write: (line) => void (text += line) }));
  for (const secret of SECRETS) expect(text).not.toContain(secret);
  // Neither as they are nor as JSON escapes, which whoever prints the line would turn back.
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|\\u00[019]/);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  test.each<[string, (log: ReturnType<typeof createLog>) => void]>([
    ['a message', (log) => log.warn(HOSTILE)],
    ['a formatted message', (log) => log.warn('it said %s', HOSTILE)],
    ['a field', (log) => log.warn({ reason: HOSTILE }, 'text')],
    ['the name of a field', (log) => log.warn({ [HOSTILE]: 1 }, 'text')],
    ['a field far below', (log) => log.warn({ a: [{ b: { c: [HOSTILE] } }] }, 'text')],
    ['an error', (log) => log.error(new Error(HOSTILE))],
    ['an error among fields', (log) => log.error({ err: new Error(HOSTILE) })],
    ['the cause of an error', (log) => log.error({ err: new Error('outer', { cause: new Error(HOSTILE) }) }, 'text')],
    ['details of a failure', (log) => log.error(ApplicationFailure.create({ message: HOSTILE, details: [HOSTILE] }))],
    ['a secret field', (log) => log.warn({ request: { headers: { Authorization: 'MIICXAIB' }, proxy: 'MIIBszCC' } })],
  ])('is one line without secrets and controls, whatever %s holds', (_, act) => {
    expect(written(act)).toHaveLength(1);
  });

  test("has Temporal's own lines, with task and batch of the workflow that they are about", () => {
    const lines = written((log) => {
      const logger = temporalLogger(log, 'info');
      logger.warn('Activity failed', { workflowId: transferBatchId(TASK, 7), error: new Error(HOSTILE), attempt: 2 });
      logger.debug('too much');
    });
    expect(lines).toMatchObject([{ msg: 'Activity failed', task: TASK, batch: 7, attempt: 2, err: { type: 'Error' } }]);
  });

  test('has a line for each event, found by task, FTS job and file', () => {
    const event: FileEvent = {
      ...{ event: 'retry', ftsJob: 'a1b2', class: 'permission', code: 60322, reason: HOSTILE },
      ...{ source: 'T2_IT_Pisa', destination: 'T2_CH_CERN', type: 'output', deadlineUsed: 0.1 },
      files: [
        { id: 'f1', bytes: 10, seconds: null },
        { id: 'f2', bytes: 20, seconds: null },
      ],
    };
    const lines = written((log) => {
      const metrics = createMetrics(noopMetricMeter);
      const { events } = taskEvents({ metrics, log, sites: new SiteLabels('/nowhere') });
      const from = { workflowId: transferBatchId(TASK, 7), workflowType: 'transferBatch' };
      void events.files.fn({ ...from, historyLength: 10, historySize: 1000 } as never, [event]);
    });
    expect(lines).toMatchObject([
      {
        ...{ event: 'retry', task: TASK, batch: 7, ftsJob: 'a1b2', files: ['f1', 'f2'], class: 'permission' },
        ...{ source: 'T2_IT_Pisa', destination: 'T2_CH_CERN' },
      },
    ]);
    expect(lines[0]?.['reason']).toMatch(/^refused <DN>" for Bearer <token> <PEM>/);
  });
});
