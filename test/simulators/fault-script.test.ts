import { describe, expect, it } from 'vitest';
import { parseFaultScript } from '../../src/simulators/fault-script.ts';

describe('fault script', () => {
  it('is read from YAML', () => {
    const script = parseFaultScript(`
requestFaults:
  - { method: POST, path: ^/jobs$, times: 1, action: drop-after }
  - { path: /jobs/, delayMs: 500 }
transferFaults:
  - { url: T2_B/.*root$, times: 2, outcome: { fail: 'SOURCE [2] gone', recoverable: false } }
  - { url: slow, outcome: { slowMs: 100 } }
  - { url: never, outcome: hang }
  - { url: wrong, skip: 1, outcome: { corrupt: true } }
outages:
  - { after: 10, for: 5 }
clockwork: { tickMs: 100, activePerLink: 3 }
`);
    expect(script.requestFaults).toEqual([
      { method: 'POST', path: '^/jobs$', times: 1, action: 'drop-after' },
      { path: '/jobs/', delayMs: 500 },
    ]);
    expect(script.transferFaults.map(({ outcome }) => outcome)).toEqual([
      { fail: 'SOURCE [2] gone', recoverable: false },
      { slowMs: 100 },
      'hang',
      { corrupt: true },
    ]);
    expect(script.outages).toEqual([{ after: 10, for: 5 }]);
    expect(script.clockwork).toEqual({ tickMs: 100, activePerLink: 3 });
  });

  it('may be empty', () => {
    expect(parseFaultScript('')).toEqual({ requestFaults: [], transferFaults: [], outages: [], clockwork: {} });
  });

  it.each([
    [
      'requestFaults: [{ path: x, action: explode }]',
      'requestFaults[0].action: must be one of drop-before, drop-after, cut-after, answer, answer-after',
    ],
    ['requestFaults: [{ path: x }]', 'requestFaults[0]: must have an action, delayMs or stallMs'],
    ['requestFaults: [{ path: "(", action: answer }]', 'requestFaults[0].path: must be a regular expression'],
    [
      'transferFaults: [{ url: x, times: 0, outcome: hang }]',
      'transferFaults[0].times: must be a whole number, at least 1',
    ],
    [
      'transferFaults: [{ url: x, outcome: explode }]',
      'transferFaults[0].outcome: must be hang, {fail: reason, recoverable?: true or false}, {slowMs: number} or {corrupt: true}',
    ],
    ['outages: [{ after: 1, until: 2, for: 1 }]', 'outages[0]: unknown field until'],
    ['outage: []', 'fault script: unknown field outage'],
    ['outages: [{ after: soon, for: 1 }]', 'outages[0].after: must be a number, 0 or more'],
  ])('%s is refused', (yaml, message) => {
    expect(() => parseFaultScript(yaml)).toThrow(message);
  });

  it('tells what is no YAML', () => {
    expect(() => parseFaultScript('a: [')).toThrow(/^not YAML/);
  });
});
