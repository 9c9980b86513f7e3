import { readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { failureTable } from '../../scripts/failure-table.ts';
import { CAUSES } from '../../src/client/stuck/finding.ts';
import { readPage, sectionOf } from './pages.ts';

const alerts = readPage('docs/alerts.md');
const headings = [...alerts.matchAll(/^### Alert (\w+)$/gm)].map(([, name = '']) => name);
const rules = readdirSync(new URL('../../deploy/prometheus/rules', import.meta.url)).flatMap((file) => {
  const { groups } = parse(readPage(`deploy/prometheus/rules/${file}`)) as { groups: { rules: { alert: string }[] }[] };
  return groups.flatMap((group) => group.rules.map(({ alert }) => alert));
});

describe('docs/alerts.md', () => {
  test('has each alert of the rules once, and no other', () => {
    expect([...headings].sort()).toEqual([...rules].sort());
  });

  test.each(headings)('%s has a cause and what to do', (name) => {
    const section = sectionOf(alerts, `Alert ${name}`);
    expect(section).toMatch(/^\*\*Cause\.\*\* \S/m);
    expect(section).toMatch(/^\*\*Do\.\*\* \S/m);
  });
});

test('docs/failure-classes.md is as the code has it: `node scripts/write-failure-docs.ts`', () => {
  expect(readPage('docs/failure-classes.md')).toContain(`<!-- classes -->\n\n${failureTable()}\n\n<!-- /classes -->`);
});

describe('docs/operations.md', () => {
  const section = sectionOf(readPage('docs/operations.md'), 'What is stuck');
  const rows = [...section.matchAll(/^\| `([\w-]+)` \| (.{8,}) \| (.{8,}) \|$/gm)].map(([, cause = '']) => cause);

  test('says of each cause that `aso stuck` names what it means and what to do, and of no other', () => {
    expect([...rows].sort()).toEqual([...CAUSES].sort());
  });
});
