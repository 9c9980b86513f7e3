import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyTexts } from '../client/history-texts.ts';
import type { SimulatedPki } from '../simulators/pki/simulated-pki.ts';
import { checkAll, type Check } from './verification.ts';

/** What keys, certificates, tokens and names of persons look like, wherever they come from. */
const SECRETS = [
  /-----BEGIN [A-Z ]+-----/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}\./,
  /\/(DC|O|C)=[^/]+\/.*CN=/,
  /CN=\w+, ?(OU|DC|O)=/,
];

/** Looks for secrets where everybody may look: in all histories, payloads included, and in the worker's log. */
export async function verifySecrets(client: Client, pki: SimulatedPki, workerLog: string): Promise<Check[]> {
  const patterns = [...SECRETS, ...(await keyLines(pki.credentials))];
  const fault = (name: string, text: string): string | null => {
    const found = patterns.find((pattern) => pattern.test(text));
    return found
      ? `${name} has what looks like ${SECRETS.includes(found) ? String(found) : 'a part of a credential'}`
      : null;
  };
  const faults: (string | null)[] = [];
  for await (const { workflowId, text } of historyTexts(client))
    faults.push(fault(`the history of ${workflowId}`, text));
  const log = (await readFile(workerLog, 'utf8')).split('\n').filter(Boolean);
  return [
    await checkAll('workflow histories without any key, certificate, token or DN', faults, (found) => found),
    await checkAll("lines of the worker's log without any either", log, (line) => fault('the log', line)),
  ];
}

/** A line out of the middle of every PEM block in the credential folder: keys and certificates without their first and last lines too. */
async function keyLines(folder: string): Promise<RegExp[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
  );
  const blocks = texts.flatMap((text) => text.match(/-----BEGIN [^]+?-----END/g) ?? []);
  return blocks.map((block) => new RegExp((block.split('\n')[3] ?? '-').replaceAll(/[+/]/g, '\\$&')));
}
