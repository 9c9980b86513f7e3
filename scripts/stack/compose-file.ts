import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A service of docker-compose.yml, as far as it can be run without Docker. */
export interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string; required?: boolean }>;
  profiles?: string[];
  stop_grace_period?: string;
  deploy?: { replicas?: number };
}

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The services by name, with variables filled in as Docker Compose does. @throws Error naming a variable that has to be set */
export function readServices(variables: Readonly<Record<string, string>>): Record<string, Service> {
  const text = readFileSync(`${ROOT}docker-compose.yml`, 'utf8');
  const filled = text.replaceAll(/\$\{(\w+)(:[-?+])?([^}]*)\}/g, (_, name: string, mode?: string, rest = '') => {
    if (mode === ':+') return variables[name] ? String(rest) : '';
    const value = variables[name] || (mode === ':-' ? String(rest) : '');
    if (value === '' && mode === ':?') throw new Error(`docker-compose.yml wants ${name}: ${String(rest)}`);
    return value;
  });
  const { services } = parse(filled, { merge: true }) as { services: Record<string, Service> };
  for (const service of Object.values(services)) {
    const given = Object.entries(service.environment ?? {}) as [string, unknown][];
    // What is filled in with nothing is no text for YAML.
    if (service.environment) service.environment = Object.fromEntries(given.map(([name, value]) => [name, typeof value === 'string' ? value : ''])); // prettier-ignore
  }
  return services;
}

/** What a file of variables sets, such as deploy/simulators.env. */
export function readVariables(path: string): Record<string, string> {
  const lines = readFileSync(`${ROOT}${path}`, 'utf8').matchAll(/^(\w+)=(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

/** What the image of our own services runs in front of their commands, and its variables. */
export function readImage(): { entrypoint: string[]; command: string[]; environment: Record<string, string> } {
  const text = readFileSync(`${ROOT}Dockerfile`, 'utf8');
  const last = text.slice(text.lastIndexOf('\nFROM '));
  const list = (instruction: string): string[] =>
    JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(last)?.[1] ?? '[]') as string[];
  const variables = [...last.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]);
  return {
    entrypoint: list('ENTRYPOINT'),
    command: list('CMD'),
    environment: Object.fromEntries(variables) as Record<string, string>,
  };
}
