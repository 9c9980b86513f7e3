import { patched, type WorkflowInterceptors } from '@temporalio/workflow';

/** What is done about a reset; every execution has a sandbox, and with it these variables, of its own. */
let takeNote: (() => void) | null = null;
let isUnnoted = false;
/** From what the run makes its random numbers, as text. */
let seed: string | null = null;

/**
 * Says what is done at once where an operator has reset this run: before it hears anything that came after the point of the reset, and again at each
 * further reset.
 */
export function onReset(act: () => void): void {
  takeNote = act;
  if (isUnnoted) note();
}

function note(): void {
  isUnnoted = takeNote === null;
  // Runs that were reset before this was so have gone on without.
  if (takeNote && patched('a reset is taken note of')) takeNote();
}

/** Where the SDK keeps what belongs to an execution. */
const sdk = globalThis as { __TEMPORAL_ACTIVATOR__?: { randomnessSeed: number[] } };

const textOf = (bytes: ArrayLike<number> | undefined): string | null => (bytes ? Array.from(bytes).join() : null);

/**
 * Loaded into the bundle. A history says where it was reset, and from there on makes other random numbers: that alone comes up to the SDK (1.24)
 * for workflows, and there it is handled before any interceptor. So it is told by the seed itself, which is the same whoever reads the history.
 */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      activate(input, next) {
        const begin = input.activation.jobs?.find((job) => job.initializeWorkflow)?.initializeWorkflow;
        if (begin) seed = textOf(begin.randomnessSeed?.toBytes());
        const now = textOf(sdk.__TEMPORAL_ACTIVATOR__?.randomnessSeed);
        if (now !== seed) {
          seed = now;
          note();
        }
        next(input);
      },
    },
  ],
});
