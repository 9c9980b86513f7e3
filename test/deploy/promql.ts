import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** One metric as an expression asks for it. */
export interface Selector {
  metric: string;
  /** Labels and what they are compared with, without quotes. */
  matchers: { label: string; operator: string; value: string }[];
  /** Labels that aggregations around it keep. */
  groupedBy: string[];
}

/** The selectors of a PromQL expression. @throws Error where it does not parse */
export function selectorsOf(expression: string): Selector[] {
  const root = parser.parse(expression).topNode;
  const text = ({ from, to }: SyntaxNode): string => expression.slice(from, to);
  const selectors: Selector[] = [];
  const visit = (node: SyntaxNode, groupedBy: string[]): void => {
    if (node.type.isError)
      throw new Error(`not PromQL at ${expression.slice(node.from, node.from + 40)}: ${expression}`);
    if (node.name === 'VectorSelector') {
      const metric = node.getChild('Identifier');
      if (!metric) throw new Error(`a selector without a metric: ${text(node)}`);
      selectors.push({ metric: text(metric), matchers: matchersOf(node, text), groupedBy });
      return;
    }
    const kept = node.name === 'AggregateExpr' ? [...groupedBy, ...keptLabels(node, text)] : groupedBy;
    for (let child = node.firstChild; child; child = child.nextSibling) visit(child, kept);
  };
  visit(root, []);
  return selectors;
}

function matchersOf(selector: SyntaxNode, text: (node: SyntaxNode) => string): Selector['matchers'] {
  const matchers = selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return matchers.map((matcher) => {
    const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((name) => matcher.getChild(name));
    if (!label || !operator || !value) throw new Error(`a matcher nobody understands: ${text(matcher)}`);
    return { label: text(label), operator: text(operator), value: text(value).slice(1, -1) };
  });
}

function keptLabels(aggregate: SyntaxNode, text: (node: SyntaxNode) => string): string[] {
  const modifier = aggregate.getChild('AggregateModifier');
  if (!modifier?.getChild('By')) return [];
  return modifier.getChild('GroupingLabels')?.getChildren('LabelName').map(text) ?? [];
}
