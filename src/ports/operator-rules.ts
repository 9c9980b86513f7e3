import type { CopyOutcome } from '../domain/operations/copy-outcomes.ts';
import type { Errand, Hold } from '../domain/operations/hold.ts';
import type { OperatorRules } from '../domain/operations/rules.ts';

/** What operators have decided, as this worker knows it. No method throws: where nobody answers, what was known last counts. */
export interface OperatorRulesPort {
  /** The rules, at most `operations.refresh` old where they can be had within a moment. */
  rules(): Promise<OperatorRules>;
  /**
   * The rule that holds an errand now; null where none does.
   * @param who of those that ask: a breaker whose hold is over lets one of them through
   */
  holdOf(errand: Errand, who: string): Promise<Hold | null>;
  /** Milliseconds after which one that is held asks again; varies, so that not all come at once. */
  nextAskMs(): number;
  /** Copies that have ended: what the breakers go by. */
  saw(outcome: CopyOutcome): void;
}
