import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Stands in for gfal2-util, which needs the grid's libraries: real programs, which answer as its own do, on files of a folder. */
export interface FakeGfal {
  /** Folder of the programs. */
  bin: string;
  /** What lies at a URL, or null. */
  read(url: string): Promise<string | null>;
  write(url: string, content: string): Promise<void>;
  /** Calls so far: the command line, the credential file's content and mode, and names of our variables it saw. */
  calls(): Promise<{ args: string[]; credential: string; mode: string; ours: string[] }[]>;
  /** PATH with the programs first. */
  path: string;
  remove(): Promise<void>;
}

/** URLs that contain `denied`, `hang` or `expired` are treated so; `no-sum` has no checksum. */
const PROGRAM = `
const fs = require('node:fs'), path = require('node:path');
const tool = path.basename(process.argv[1]), args = process.argv.slice(2), url = args[2];
const file = path.join(ROOT, url.replace(/^\\w+:\\/\\//, ''));
const credential = process.env.X509_USER_PROXY ?? process.env.BEARER_TOKEN_FILE;
fs.appendFileSync(path.join(ROOT, 'calls'), JSON.stringify({
  args: [tool, ...args],
  credential: fs.readFileSync(credential, 'utf8'),
  mode: (fs.statSync(credential).mode & 0o777).toString(8),
  ours: Object.keys(process.env).filter((name) => name.startsWith('ASO_')),
}) + '\\n');
const end = (code, text) => { process.stdout.write(text + '\\n'); process.exit(code); };
if (url.includes('hang')) setInterval(() => {}, 1000);
else if (url.includes('denied')) end(13, url + '\\tFAILED\\n' + tool + ' error: 13 (Permission denied) - refused for /DC=ch/CN=alice');
else if (url.includes('expired')) end(22, tool + ' error: 22 (Invalid argument) - the proxy has expired');
else if (url.includes('broken')) end(5, tool + ' error: 5 (Input/output error) - the server is unwell');
else if (!fs.existsSync(file)) end(2, tool === 'gfal-rm' ? url + '\\tMISSING' : tool + ' error: 2 (No such file or directory) - stat');
else if (tool === 'gfal-rm') { fs.rmSync(file); end(0, url + '\\tDELETED'); }
else if (tool === 'gfal-stat') end(0, "  File: '" + url + "'\\n  Size: " + fs.statSync(file).size + '\\tregular file\\nAccess: (0644/-rw-r--r--)');
else if (url.includes('no-sum')) end(95, tool + ' error: 95 (Operation not supported) - checksum');
else {
  let a = 1, b = 0;
  for (const byte of fs.readFileSync(file)) { a = (a + byte) % 65521; b = (b + a) % 65521; }
  end(0, url + ' ' + (b * 65536 + a).toString(16).padStart(8, '0'));
}
`;

/** @param hosts folders that hold the files of some hosts */
export async function createFakeGfal(hosts: Readonly<Record<string, string>> = {}): Promise<FakeGfal> {
  const root = await mkdtemp(join(tmpdir(), 'fake-gfal-'));
  for (const [host, folder] of Object.entries(hosts)) await symlink(folder, join(root, host));
  const bin = join(root, 'bin');
  await mkdir(bin);
  const text = `#!${process.execPath}\nconst ROOT = ${JSON.stringify(root)};\n${PROGRAM}`;
  for (const tool of ['gfal-rm', 'gfal-stat', 'gfal-sum']) await writeFile(join(bin, tool), text, { mode: 0o755 });
  const fileOf = (url: string): string => join(root, url.replace(/^\w+:\/\//, ''));
  const lines = async (): Promise<string[]> =>
    (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n');
  return {
    bin,
    path: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    read: (url) => readFile(fileOf(url), 'utf8').catch(() => null),
    async write(url, content) {
      await mkdir(dirname(fileOf(url)), { recursive: true });
      await writeFile(fileOf(url), content);
    },
    calls: async () => (await lines()).filter(Boolean).map((line) => JSON.parse(line) as never),
    remove: () => rm(root, { recursive: true }),
  };
}
