import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../src/config/index.ts';
import { CROSS_RULES } from '../../src/config/schema.ts';

const text = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const rows = new Map(
  [...text.matchAll(/^\| `([\w.]+)` \| `(ASO_\w+)` \| (.*?) \| (.*?) ?\| (.*?) \| (.*?) \|$/gm)].map((row) => [
    row[1],
    row.slice(2),
  ]),
);

const shown = (value: unknown): string =>
  value === null ? 'none' : typeof value === 'number' ? String(value) : `\`${value as string}\``;

test.each(SETTINGS)('docs/configuration.md gives $name with variable, default, unit, bounds and meaning', (setting) => {
  const { variable, fallback, unit, rule, description } = setting;
  expect(rows.get(setting.name)).toEqual([variable, shown(fallback), unit ?? '', rule, description]);
});

test('it names no setting that does not exist', () => {
  expect([...rows.keys()]).toEqual(SETTINGS.map(({ name }) => name));
});

test.each(CROSS_RULES)('it gives the rule between $lower and $upper', ({ lower, upper, strict }) => {
  expect(text).toContain(`- \`${lower}\` ${strict ? 'less than' : 'at most'} \`${upper}\``);
});
