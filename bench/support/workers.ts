import { WorkerProcess } from '../../src/workers/worker-process.ts';

/** Starts so many workers, each a process with all roles; each is ended later, also where another does not start. */
export const startWorkers = (
  count: number,
  environment: NodeJS.ProcessEnv,
  later: (undo: () => Promise<unknown>) => void,
): Promise<WorkerProcess[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const worker = await WorkerProcess.start(environment);
      later(() => worker.stop());
      return worker;
    }),
  );
