import { z } from 'zod';

/**
 * CRAB's `runlumi`, `{"<run>": {"<lumi>": "<events>"}}`, as a list. DBS would store a 0 for what is no number, and refuse the whole block for
 * a fraction; it takes negative ones.
 */
export const lumiSections = z.unknown().transform((runs, context): { run: number; lumi: number }[] => {
  const list: { run: number; lumi: number }[] = [];
  if (!isObject(runs)) return fault('must be an object of runs');
  for (const [run, lumis] of Object.entries(runs)) {
    if (!isObject(lumis)) return fault('must have an object of lumi sections for each run');
    for (const lumi of Object.keys(lumis)) {
      if (!isNumber(run) || !isNumber(lumi))
        return fault('must have whole numbers, 0 or more, for runs and lumi sections');
      list.push({ run: Number(run), lumi: Number(lumi) });
    }
  }
  return list;

  function fault(message: string): never {
    context.addIssue(message);
    return z.NEVER;
  }
});

/** Own properties are all that is looked at: a key may have any name. */
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumber = (text: string): boolean => /^\d{1,15}$/.test(text);
