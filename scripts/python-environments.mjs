import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The Python environments that tests run in.
 * @typedef {object} PythonEnvironment
 * @property {string} label part of its folder's name
 * @property {readonly [number, number]} oldestPython
 * @property {boolean} compiles something in it comes as source only, in C
 * @property {readonly string[]} requirements files with hashes, installed one after the other
 * @property {readonly string[]} pipOptions
 * @property {string} check Python code that runs where it is whole
 */

/** @type {Record<string, PythonEnvironment>} */
export const PYTHON_ENVIRONMENTS = {
  /** FTS's own client. */
  fts: {
    label: 'fts3-3.14.2',
    oldestPython: [3, 9],
    compiles: true,
    // M2Crypto is built with the tools named first, so they are installed first; without build isolation its build finds them.
    requirements: ['requirements-build.txt', 'requirements.txt'].map((name) => join(root, 'test/fts/python', name)),
    pipOptions: ['--no-build-isolation'],
    check: 'import fts3.rest.client.easy',
  },
  /** Our own client for CRAB, clients/python, and what tests it. */
  client: {
    label: 'client',
    oldestPython: [3, 10],
    compiles: false,
    requirements: [join(root, 'clients/python/requirements-test.txt')],
    pipOptions: ['--only-binary=:all:'],
    check: 'import temporalio.client, pytest, jsonschema, mypy, hatchling, cryptography',
  },
};
