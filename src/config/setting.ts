import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { BUILD_ID, BUILD_ID_RULE } from '../contract/worker-versions.ts';
import { BROKER_URL_RULE, isBrokerUrl } from '../domain/broker-url.ts';
import { isServiceUrl, SERVICE_URL_RULE, withoutSlash } from '../domain/service-url.ts';

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

/** On or off. */
export function flag(fallback: boolean, description: string) {
  return z.boolean().default(fallback).meta({ description, rule: 'true or false' });
}

/** The name by which a service knows a client of its own. */
export function workerName(fallback: string, description: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/)
    .default(fallback)
    .meta({ description, rule: 'at most 100 letters, digits and any of . _ -' });
}

/** The name of Temporal's worker deployment: it and a build id are written with a dot or a colon between them. */
export function deploymentName(fallback: string, description: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/)
    .default(fallback)
    .meta({ description, rule: 'at most 100 letters, digits and any of _ -' });
}

/** What a version of the code is called. */
export function optionalBuildId(description: string) {
  return z
    .string()
    .regex(BUILD_ID)
    .nullable()
    .default(null)
    .meta({ description, rule: `${BUILD_ID_RULE}; or none` });
}

/** A short name that goes to other services as it is. */
export function name(fallback: string, description: string) {
  return z
    .string()
    .regex(/^[\w .-]{1,100}$/)
    .default(fallback)
    .meta({ description, rule: 'at most 100 letters, digits, blanks and any of _ . -' });
}

/** The address of a service; paths are appended to it. */
const url = z.string().refine(isServiceUrl).transform(withoutSlash);

export function serviceUrl(fallback: string, description: string) {
  return url.default(fallback).meta({ description, rule: SERVICE_URL_RULE });
}

export function optionalServiceUrl(description: string) {
  return url
    .nullable()
    .default(null)
    .meta({ description, rule: `${SERVICE_URL_RULE}; or none` });
}

/** Addresses of services of one kind. */
export function serviceUrls(description: string) {
  return z
    .array(url)
    .nullable()
    .default(null)
    .meta({ description, rule: `a list (separated by commas in a variable), each ${SERVICE_URL_RULE}; or none` });
}

/** Addresses of message brokers. */
export function brokerUrls(description: string) {
  return z
    .array(z.string().refine(isBrokerUrl))
    .nullable()
    .default(null)
    .meta({ description, rule: `a list (separated by commas in a variable), each ${BROKER_URL_RULE}; or none` });
}

/** Names of hosts, without ports. */
export function hostNames(description: string) {
  return z
    .array(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i)
        .toLowerCase(),
    )
    .nullable()
    .default(null)
    .meta({ description, rule: 'a list (separated by commas in a variable) of host names, or none' });
}

/** Names of topics and queues. */
export function destinations(fallback: readonly string[], description: string) {
  return z
    .array(z.string().regex(/^[\w/.:@>*-]{1,200}$/))
    .min(1)
    .default([...fallback])
    .meta({ description, rule: 'a list (separated by commas in a variable) of names such as /topic/name' });
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

export function optionalFile(description: string) {
  return path.nullable().default(null).meta({ description, rule: 'the absolute path of a file, or none' });
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

const isAddress = (text: string): boolean =>
  /^([\w.-]+|\[[0-9a-f:]+\]):\d{1,5}$/i.test(text) && Number(/\d+$/.exec(text)?.[0]) <= 65_535;

/** Where to listen. */
export function address(fallback: string, description: string) {
  return z.string().refine(isAddress).default(fallback).meta({ description, rule: 'host:port' });
}

export function optionalAddress(description: string) {
  return z.string().refine(isAddress).nullable().default(null).meta({ description, rule: 'host:port, or none' });
}

/** Origins of pages, as browsers name them. */
export function pageOrigins(fallback: readonly string[], description: string) {
  return z
    .array(z.string().regex(/^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/))
    .default([...fallback])
    .meta({ description, rule: 'a list (separated by commas in a variable) of http(s)://host or http(s)://host:port' });
}
