import { NoAnswerError, TemporalUnreachableError } from '../client/index.ts';

/** Asks again where nobody answered, as while a killed worker is being replaced: every message may be sent twice. */
export async function patiently<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
    }
  }
}

/** gRPC's DEADLINE_EXCEEDED, FAILED_PRECONDITION (nobody has taken the task up yet) and UNAVAILABLE, as the client gives them. */
function isPassing(error: unknown): boolean {
  if (error instanceof NoAnswerError || error instanceof TemporalUnreachableError) return true;
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return [4, 9, 14].includes(Number(code ?? cause?.code));
}
