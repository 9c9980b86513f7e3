import type { SelectionAnswer } from '../contract/messages.ts';
import { asTheyEnd } from './as-they-end.ts';

/** What one of many tasks did, or why it did nothing; `answer` is null where a message has no answer. */
export type TaskAct = { task: string; answer: SelectionAnswer | null; error: null } | { task: string; error: Error };

/** Tasks asked at a time: each is an update, which is answered when the task has done what it says. */
const AT_ONCE = 8;

/**
 * Asks many tasks for the same, so many at a time, and tells of each as it has answered. One that refuses or does not answer holds up no other.
 * @param isOver asks no further task once it is true; those that have been asked are waited for
 */
export function askTasks(
  tasks: Iterable<string>,
  ask: (task: string) => Promise<SelectionAnswer | null | void>,
  isOver?: () => boolean,
): AsyncGenerator<TaskAct, void> {
  return asTheyEnd(
    tasks,
    AT_ONCE,
    async (task): Promise<TaskAct> => {
      try {
        return { task, answer: (await ask(task)) ?? null, error: null };
      } catch (error) {
        return { task, error: error instanceof Error ? error : new Error(String(error)) };
      }
    },
    isOver,
  );
}

/** Answers of many tasks as one. */
export function sumSelections(answers: Iterable<SelectionAnswer>): SelectionAnswer {
  let files = 0;
  const ignored = new Map<string, number>();
  for (const answer of answers) {
    files += answer.files;
    for (const { reason, files: some } of answer.ignored) ignored.set(reason, (ignored.get(reason) ?? 0) + some);
  }
  return { files, ignored: [...ignored].map(([reason, some]) => ({ reason, files: some })) };
}
