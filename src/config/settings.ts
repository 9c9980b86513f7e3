import { z } from 'zod';
import { configSchema } from './schema.ts';
import type { SettingInfo } from './setting.ts';

/** A setting, found in the schema. */
export interface Setting extends SettingInfo {
  /** Its name in the file, parts joined by dots. */
  readonly name: string;
  readonly path: readonly string[];
  /** Its environment variable. */
  readonly variable: string;
  readonly fallback: unknown;
  /** Turns the text of a variable into what the file would hold. */
  fromText(text: string): unknown;
}

/** Every setting, in the schema's order. */
export const SETTINGS: readonly Setting[] = collect(configSchema, []);

function collect(schema: z.ZodObject, parents: readonly string[]): Setting[] {
  return Object.entries(schema.shape).flatMap(([key, field]) => {
    const path = [...parents, key];
    const inner = unwrap(field as z.ZodType);
    return inner instanceof z.ZodObject ? collect(inner, path) : [toSetting(path, field as z.ZodDefault, inner)];
  });
}

function toSetting(path: readonly string[], field: z.ZodDefault, inner: z.ZodType): Setting {
  const nullable = field.def.innerType instanceof z.ZodNullable;
  return {
    ...(field.meta() as unknown as SettingInfo),
    name: path.join('.'),
    path,
    variable: `ASO_${path.map((part) => part.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_')}`,
    fallback: field.def.defaultValue,
    fromText(text) {
      if (nullable && text === 'none') return null;
      // Text that is no number stays text, so that the error can quote it.
      if (inner instanceof z.ZodNumber) return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
      if (inner instanceof z.ZodBoolean) return text === 'true' ? true : text === 'false' ? false : text;
      if (inner instanceof z.ZodArray) return text.split(',').map((part) => part.trim());
      return inner instanceof z.ZodRecord ? parseJson(text) : text;
    },
  };
}

/** The schema beneath defaults and nullables. */
function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable
    ? unwrap(schema.def.innerType as z.ZodType)
    : schema;
}

/** The value, or the text itself where it is not JSON: the schema then refuses it with its own rule. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
