import { defineSignal, getExternalWorkflowHandle, log, sleep } from '@temporalio/workflow';
import {
  INTERNAL_SIGNALS,
  type BatchOrder,
  type BatchReport,
  type DatasetOrder,
  type FileOutcomes,
  type PublishedReport,
} from '../contract/internal-messages.ts';

export const batchReportSignal = defineSignal<[BatchReport]>(INTERNAL_SIGNALS.batchReport);
export const publishedSignal = defineSignal<[PublishedReport]>(INTERNAL_SIGNALS.published);
export const batchOrderSignal = defineSignal<[BatchOrder[]]>(INTERNAL_SIGNALS.batchOrder);
export const fileOutcomesSignal = defineSignal<[FileOutcomes]>(INTERNAL_SIGNALS.fileOutcomes);
export const rowDoubtSignal = defineSignal(INTERNAL_SIGNALS.rowDoubt);
export const datasetOrderSignal = defineSignal<[DatasetOrder]>(INTERNAL_SIGNALS.datasetOrder);

type Signal =
  typeof batchReportSignal | typeof batchOrderSignal | typeof fileOutcomesSignal | typeof datasetOrderSignal;

/**
 * Signals another of our workflows, by id so that it reaches whichever run is current, and waits until it is delivered (not awaited,
 * it may be lost at the end of a run). Answers false where that workflow has ended: what it could have done with the message is past.
 */
export async function tell<S extends Signal>(
  workflowId: string,
  signal: S,
  argument: S extends typeof batchReportSignal
    ? BatchReport
    : S extends typeof batchOrderSignal
      ? BatchOrder[]
      : S extends typeof fileOutcomesSignal
        ? FileOutcomes
        : DatasetOrder,
): Promise<boolean> {
  for (;;) {
    try {
      await getExternalWorkflowHandle(workflowId).signal(signal.name, argument);
      return true;
    } catch (error) {
      // The server names the cause in the message only.
      const message = (error as Error).message;
      if (/not found/i.test(message)) return false;
      log.warn('signal not delivered, trying again', { workflowId, signal: signal.name, message });
      await sleep('1 s', { summary: 'the signal is sent again' });
    }
  }
}
