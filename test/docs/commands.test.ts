import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { pages } from './pages.ts';

const named = pages().flatMap(([path, text]) => commandsIn(text).map((line): [string, string] => [path, line]));

test('there are many commands in the documentation', () => {
  expect(named.length).toBeGreaterThan(100);
});

test.each(named)('%s: %s', (_, line) => {
  expect(faultIn(line)).toBeNull();
});

test.each([
  ['aso stuck --usr alice', 'unknown option'],
  ['aso stick', 'unknown command'],
  ['aso stuck --user', 'argument missing'],
  ['aso site clse T2_IT_Pisa', 'unknown command'],
  ['aso status TASK OTHER', 'too many arguments'],
  ['aso site close SITE --as end', 'Allowed choices'],
])('%s would be found', (line, fault) => {
  expect(faultIn(line)).toContain(fault);
});

/** What is written as `aso …`, in the text or at the beginning of a line of an example. */
function commandsIn(page: string): string[] {
  const examples = [...page.matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, body = '']) => body);
  const text = page.replaceAll(/^```\w*\n[^]*?^```$/gm, '');
  const indented = [...text.matchAll(/^ {4}(aso .*)$/gm)].map(([, line = '']) => line);
  const inline = [...text.matchAll(/`((?:[A-Z_]+=\S+ )*aso\s[^`]+)`/g)].map(([, code = '']) => code);
  const lines = examples.flatMap((body) => body.split('\n')).filter((line) => /^(?:[A-Z_]+=\S+ )*aso /.test(line));
  return [...new Set([...indented, ...inline, ...lines].map(bare))].filter((line) => line !== 'aso');
}

/** Without variables before it, and what a shell would do with its output. */
function bare(code: string): string {
  return code
    .replaceAll(/\s+/g, ' ')
    .replace(/^(?:[A-Z_]+=\S+ )+/, '')
    .replace(/ (?:#|\||&&|>|;) .*$/, '')
    .trim();
}

/** What is wrong with a command line by the definitions of the program, which runs nothing; null for nothing. */
function faultIn(line: string): string | null {
  // What may be left out counts as given.
  const words = [...line.replaceAll(/[[\]]/g, '').matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) => word.replaceAll(/^["']|["']$/g, '')); // prettier-ignore
  let command: Command = createProgram();
  let rest = words.slice(1);
  for (let next = find(command, rest[0]); next; next = find(command, rest[0])) {
    command = next;
    rest = rest.slice(1);
  }
  if (rest.includes('--help')) return null;
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    const { operands, unknown } = command.parseOptions(rest.flatMap((word, at) => meant(command, word, rest[at - 1])));
    if (unknown[0] !== undefined) return `unknown option ${unknown[0]}`;
    return operandFault(command, operands);
  } catch (error) {
    return (error as Error).message;
  }
}

/** `…` is whatever the option before it takes; anywhere else it stands for what need not be shown. */
function meant(command: Command, word: string, before: string | undefined): string[] {
  if (word !== '…') return [word];
  const option = command.options.find(({ long }) => long === before);
  return option ? [option.argChoices?.[0] ?? 'something'] : [];
}

function find(command: Command, name: string | undefined): Command | undefined {
  return command.commands.find((candidate) => candidate.name() === name);
}

function operandFault(command: Command, operands: string[]): string | null {
  const { registeredArguments: wanted } = command;
  const hasDefault = Reflect.get(command, '_defaultCommandName') !== null;
  if (command.commands.length > 0 && wanted.length === 0 && !hasDefault && operands[0] !== undefined)
    return `unknown command ${operands[0]}`;
  const isEndless = wanted.some(({ variadic }) => variadic);
  return operands.length > wanted.length && !isEndless ? 'too many arguments' : null;
}
