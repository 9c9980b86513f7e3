import { spawn } from 'node:child_process';

/**
 * Runs a program to its end, with all that it starts; resolves with what it wrote to its standard output.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { timeoutMs: number }} options
 * @returns {Promise<string>}
 * @throws an Error with the line that names what went wrong, where it ends badly or not in time
 */
export function finish(command, args, { timeoutMs, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let tail = '';
    let late = false;
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Ended already.
      }
    };
    const stop = (signal) => process.exit(signal === 'SIGINT' ? 130 : 143);
    process.once('exit', end).once('SIGINT', stop).once('SIGTERM', stop);
    const timer = setTimeout(() => ((late = true), end()), timeoutMs);
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (tail = (tail + data).slice(-2_000)));
    const settle = (outcome) => {
      clearTimeout(timer);
      process.off('exit', end).off('SIGINT', stop).off('SIGTERM', stop);
      outcome();
    };
    child.on('error', (error) =>
      settle(() => reject(new Error(error.code === 'ENOENT' ? `there is no \`${command}\`` : error.message))),
    );
    child.on('close', (code) =>
      settle(() => {
        if (code === 0) resolve(output);
        else if (late) reject(new Error(`not finished after ${timeoutMs / 1000} s`));
        else reject(new Error(lastLine(tail) || `exit code ${code}`));
      }),
    );
  });
}

/** The line that names the error, among a stack trace or the notes of a compiler. */
function lastLine(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  return (lines.find((line) => /^\[?\w*Error/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
