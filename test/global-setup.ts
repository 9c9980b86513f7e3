import type { TestProject } from 'vitest/node';
import { startDevServer } from '../src/workers/dev-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    temporalAddress: string;
    temporalNamespace: string;
  }
}

/** Starts the one Temporal dev server that all tests of a run share; task queues and ids keep them apart. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startDevServer();
  project.provide('temporalAddress', server.address);
  project.provide('temporalNamespace', server.namespace);
  return () => server.close();
}
