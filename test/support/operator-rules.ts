import { KeptRules } from '../../src/adapters/operations/kept-rules.ts';
import { noRules, type OperatorRules } from '../../src/domain/operations/rules.ts';

/** Operators' rules as a worker has them that hears these from `operations`. */
export const rulesOf = (rules: Partial<OperatorRules> = {}): KeptRules =>
  new KeptRules({
    ask: () => Promise.resolve({ ...noRules(), ...rules }),
    refreshMs: 0,
    tally: { add: () => undefined },
  });
