import { CrabRefusal, type Arguments } from './arguments.ts';
import type { CrabBooks } from './books.ts';

/**
 * GET `task?subresource=search&workflow=T`: the names of the task table's columns and, flat, the values of its one row. All
 * values are text, as Python prints them: an empty column is `None`.
 * @throws CrabRefusal 400 for other subresources or without `workflow`, 500 for an unknown task
 */
export function searchTask(books: CrabBooks, query: Arguments): { desc: { columns: string[] }; result: string[] } {
  if (query.text('subresource') !== 'search') throw CrabRefusal.invalid("Incorrect 'subresource' parameter");
  const workflow = query.optional('workflow') ?? '';
  if (workflow === '') throw CrabRefusal.invalid('Task name not found in the input parameters');
  const row = books.task(workflow);
  if (!row) throw new CrabRefusal(500, 'ExecutionError', `Impossible to find task ${workflow} in the database.`);
  return { desc: { columns: Object.keys(row) }, result: Object.values(row).map(printed) };
}

function printed(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
