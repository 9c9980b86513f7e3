import {
  createAnonymousDispatchers,
  NO_USER,
  type Dispatchers,
} from '../../../src/adapters/credentials/dispatchers.ts';
import { createFtsAdapter } from '../../../src/adapters/fts3/fts-adapter.ts';
import type { CredentialRef } from '../../../src/domain/file.ts';
import type { FtsPort, FtsSubmission, FtsTarget } from '../../../src/ports/fts.ts';
import {
  startFtsSimulator,
  type FtsSimulator,
  type FtsSimulatorOptions,
} from '../../../src/simulators/fts3/simulator.ts';
import { IMPATIENT, patientCare, submissionOf } from './submissions.ts';

export const OTHER_VO = '/DC=org/CN=other';
export const NOT_DELEGATED = '/DC=org/CN=not delegated';

export let simulator: FtsSimulator;
let dispatchers: Dispatchers;
export let fts: FtsPort;
export let target: FtsTarget;

/** An adapter before a simulator of its own: `beforeEach(() => start()); afterEach(stop);` */
export async function start(options: FtsSimulatorOptions = {}): Promise<void> {
  simulator = await startFtsSimulator({
    tickMs: 20,
    instant: true,
    identities: [
      { dn: '/DC=org/CN=robot', vo: 'cms' },
      { dn: OTHER_VO, vo: 'atlas' },
      { dn: NOT_DELEGATED, vo: 'cms', delegated: false },
    ],
    ...options,
  });
  const anonymous = createAnonymousDispatchers();
  dispatchers = {
    ...anonymous,
    // The simulator takes a header for the certificate that plain http does not have.
    for: async (server, credential) => ({
      ...(await anonymous.for(server, credential)),
      headers: credential.user ? { 'x-test-dn': credential.user } : {},
    }),
  };
  fts = createFtsAdapter({ dispatchers, care: patientCare(), ...IMPATIENT });
  target = await fts.prepare(simulator.url, NO_USER);
}

export async function stop(): Promise<void> {
  await dispatchers.close();
  await simulator.close();
}

export const as = (user: string): CredentialRef => ({ ...NO_USER, user });

/** With the expected id that is right for the target. */
export const submission = (over: Partial<FtsSubmission> = {}): FtsSubmission => submissionOf(over, target);
