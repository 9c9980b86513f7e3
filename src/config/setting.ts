import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** What is known of a setting beside its type; shown in errors, by `aso config check` and in docs/configuration.md. */
export interface SettingInfo {
  description: string;
  /** Completes "must be …". */
  rule: string;
  unit?: string;
  /** Never shown. */
  secret?: boolean;
}

/** A number with its bounds, both allowed. */
export function number(fallback: number, min: number, max: number, unit: string, description: string) {
  return z
    .number()
    .min(min)
    .max(max)
    .default(fallback)
    .meta({ description, rule: `a number from ${min} to ${max}`, unit });
}

/** As `number`, without a fraction. */
export function whole(fallback: number, min: number, max: number, unit: string, description: string) {
  return z
    .int()
    .min(min)
    .max(max)
    .default(fallback)
    .meta({ description, rule: `a whole number from ${min} to ${max}`, unit });
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  return secure && !url.username && !url.password && !url.search && !url.hash;
}

/** The address of a service. A password in it would end up in logs, so there may be none. */
export function serviceUrl(fallback: string, description: string) {
  return (
    z
      .string()
      .refine(isServiceUrl)
      // Paths are appended to it.
      .transform((text) => text.replace(/\/+$/, ''))
      .default(fallback)
      .meta({ description, rule: 'an https:// URL (http:// on loopback only) without user, password or query' })
  );
}

/** An absolute path: a relative one would depend on where the process was started. */
const path = z.string().refine(isAbsolute);

export function directory(fallback: string, description: string) {
  return path.default(fallback).meta({ description, rule: 'the absolute path of a directory' });
}

export function optionalDirectory(description: string) {
  return path.nullable().default(null).meta({ description, rule: 'the absolute path of a directory, or none' });
}

/** Files of one kind in a folder, or all in one file. */
export function optionalPath(fallback: string, description: string) {
  return path
    .nullable()
    .default(fallback)
    .meta({ description, rule: 'the absolute path of a directory or file, or none' });
}

export function optionalProgram(description: string) {
  return path.nullable().default(null).meta({ description, rule: 'the absolute path of a program, or none' });
}

/** Names with the file each stands for. */
export function optionalFiles(description: string) {
  return z
    .record(z.string().min(1), path)
    .nullable()
    .default(null)
    .meta({ description, rule: 'an object of names and absolute paths (as JSON in a variable), or none' });
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T, fallback: T[number], says: string) {
  return z
    .enum(values)
    .default(fallback as never)
    .meta({ description: says, rule: `one of ${values.join(', ')}` });
}

/** Where to listen. */
export function optionalAddress(description: string) {
  return z
    .string()
    .refine((text) => /^([\w.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i.test(text) && Number(/\d+$/.exec(text)?.[0]) <= 65_535)
    .nullable()
    .default(null)
    .meta({ description, rule: 'host:port, or none' });
}
