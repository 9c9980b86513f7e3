import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const FOLDER = join(import.meta.dirname, '../../clients/python');
const MINUTE = 60_000;

/** What pytest says of one file of tests. */
export interface TestFile {
  passed: number;
  failed: string[];
  skipped: string[];
  /** What tests have to say for the record. */
  properties: string[];
}

/** Runs a program of the environment in the package's folder. @throws an Error with what it wrote, where it ends badly */
export async function runPython(python: string, args: string[], input?: string): Promise<string> {
  const env = {
    ...process.env,
    PYTHONPATH: join(FOLDER, 'src'),
    PYTHONDONTWRITEBYTECODE: '1',
    ASO_NODE: process.execPath,
  };
  const child = run(python, args, { cwd: FOLDER, env, timeout: 8 * MINUTE, maxBuffer: 64 * 1024 ** 2 });
  child.child.stdin?.end(input);
  try {
    return (await child).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${args.join(' ')}:\n${stdout}${stderr}`.slice(-6_000), { cause: error });
  }
}

/** Runs pytest, and sorts what it says by file. What a failure looks like is printed. */
export async function runPytest(python: string, report: string): Promise<Map<string, TestFile>> {
  await runPython(python, ['-m', 'pytest', '-q', `--junitxml=${report}`]).catch((error: unknown) =>
    console.error(error),
  );
  const files = new Map<string, TestFile>();
  const xml = await readFile(report, 'utf8');
  for (const [, attributes = '', body = ''] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)) {
    const attribute = (name: string): string => new RegExp(` ?\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
    const name = attribute('classname').split('.').at(-1) ?? '';
    const file = files.get(name) ?? { passed: 0, failed: [], skipped: [], properties: [] };
    files.set(name, file);
    if (/<(failure|error)\b/.test(body)) file.failed.push(attribute('name'));
    else if (body.includes('<skipped')) file.skipped.push(attribute('name'));
    else file.passed += 1;
    for (const [, value = ''] of body.matchAll(/<property name="summary" value="([^"]*)"/g))
      file.properties.push(value);
  }
  return files;
}
