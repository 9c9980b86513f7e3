import { adviceFor, whatHappensNext } from '../src/cli/failure-advice.ts';
import { FAILURE_CLASSES, ruleOf } from '../src/domain/failure-classes.ts';

/** The failure classes as the table of docs/failure-classes.md. */
export function failureTable(): string {
  const rows = FAILURE_CLASSES.map(ruleOf).map((rule) => [
    ...[`\`${rule.class}\``, rule.text, String(rule.code), whatHappensNext(rule), adviceFor(rule.class)],
  ]);
  const lines = [['Class', 'Its owner reads', 'Code', 'By itself', 'To do'], Array<string>(5).fill('---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
