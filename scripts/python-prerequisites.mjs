/** What a Python environment needs of a machine. */
import { spawnSync } from 'node:child_process';

/** Another interpreter is named by ASO_PYTHON. */
export const PYTHON = process.env.ASO_PYTHON || 'python3';

/**
 * The `python3` on PATH, where it is new enough.
 * @param {readonly [number, number]} oldest
 * @returns {{ version: string } | null}
 */
export function findPython([major, minor]) {
  const { status, stdout } = python('import platform; print(platform.python_version())');
  const version = status === 0 ? stdout.trim() : '';
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  return itsMajor === major && itsMinor >= minor ? { version } : null;
}

/**
 * What is missing here, each with Debian's name of the package that brings it.
 * @param {import('./python-environments.mjs').PythonEnvironment} environment
 * @returns {{ what: string, debian: string }[]}
 */
export function missingPrerequisites({ oldestPython, compiles: buildsC }) {
  const missing = [];
  const need = (isThere, what, debian) => isThere || missing.push({ what, debian });
  need(findPython(oldestPython), `Python ${oldestPython.join('.')} or newer (\`${PYTHON}\`)`, 'python3');
  need(python('import venv, ensurepip').status === 0, "Python's modules venv and ensurepip", 'python3-venv');
  if (!buildsC) return missing;
  const headers = python('import sysconfig; print(sysconfig.get_paths()["include"])').stdout?.trim();
  const hasCompiler = compiles('#include <stdio.h>');
  need(hasCompiler, 'a C compiler (`gcc`) and the headers of the C library', 'gcc libc6-dev');
  need(hasCompiler && compiles('#include <Python.h>', `-I${headers}`), "Python's headers (Python.h)", 'python3-dev');
  need(hasCompiler && compiles('#include <openssl/ssl.h>'), "OpenSSL's headers (openssl/ssl.h)", 'libssl-dev');
  return missing;
}

/**
 * Installs Debian packages, where we may.
 * @param {string[]} packages
 * @returns {boolean} false where this is no Debian, or we are not root, or apt-get failed; its own words are printed
 */
export function aptInstall(packages) {
  if (process.getuid?.() !== 0) return false;
  const apt = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  return apt('update', '-qq') && apt('install', '-qq', '--yes', '--no-install-recommends', ...packages);
}

const python = (code) => spawnSync(PYTHON, ['-c', code], { encoding: 'utf8' });

function compiles(code, ...flags) {
  return spawnSync('gcc', [...flags, '-E', '-'], { input: code, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}
