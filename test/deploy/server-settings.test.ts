import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { SERVER_SETTINGS } from '../../src/workers/server-settings.ts';

it("production's server has the settings that the tests' servers have", () => {
  const file = new URL('../../deploy/temporal-dynamic-config.yaml', import.meta.url);
  const settings = parse(readFileSync(file, 'utf8')) as Record<string, { value: unknown }[]>;
  const values = Object.fromEntries(Object.entries(settings).map(([name, values]) => [name, values[0]?.value]));
  expect(values).toEqual(SERVER_SETTINGS);
});
