import { z } from 'zod';

const answerSchema = z.object({
  desc: z.object({ columns: z.array(z.string()) }),
  result: z.array(z.array(z.unknown())),
});

/** CRAB's answer to a query of many rows: names of columns, and a list of values for each row. @throws Error where it is anything else */
export function queryRows(json: unknown): Record<string, unknown>[] {
  const { desc, result } = answerSchema.parse(json);
  return result.map((values) => Object.fromEntries(desc.columns.map((column, i) => [column, values[i]])));
}
