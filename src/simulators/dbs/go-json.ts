/** A Go struct, for decoding: field names to types. */
export interface GoStruct {
  name: string;
  fields: Readonly<Record<string, GoType>>;
}

export type GoType = 'string' | 'int64' | 'float64' | GoStruct | { listOf: GoType };

/** A decoded struct: every field is there, absent ones as zero values. */
export type Decoded<T extends GoType> = T extends 'string'
  ? string
  : T extends 'int64' | 'float64'
    ? number
    : T extends { listOf: infer E extends GoType }
      ? Decoded<E>[]
      : T extends GoStruct
        ? { [K in keyof T['fields']]: Decoded<T['fields'][K]> }
        : never;

/** Why a JSON text does not fit, in the words of Go's encoding/json. */
export class GoJsonError extends Error {}

/**
 * Decodes JSON text as Go's encoding/json does: unknown fields ignored, names in any case, null and absent are zero values.
 * @throws GoJsonError for what is not JSON, and for the first value of a wrong type
 */
export function decodeGoJson<T extends GoType>(text: string, type: T): Decoded<T> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new GoJsonError(syntaxProblem(text, String(error)));
  }
  return decode(parsed, type, '', '') as Decoded<T>;
}

function decode(value: unknown, type: GoType, owner: string, path: string): unknown {
  if (value === null || value === undefined) return zeroOf(type);
  const refuse = (found: string) => {
    const place = path === '' ? 'Go value' : `Go struct field ${owner}.${path}`;
    return new GoJsonError(`json: cannot unmarshal ${found} into ${place} of type ${nameOf(type)}`);
  };
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  if (typeof type === 'string') {
    if (found !== (type === 'string' ? 'string' : 'number')) throw refuse(found);
    if (type === 'int64' && typeof value === 'number' && !Number.isInteger(value)) throw refuse(`number ${value}`);
    return value;
  }
  if ('listOf' in type) {
    if (!Array.isArray(value)) throw refuse(found);
    return value.map((item) => decode(item, type.listOf, owner, path));
  }
  if (found !== 'object') throw refuse(found);
  const decoded = zeroOf(type) as Record<string, unknown>;
  for (const [key, item] of Object.entries(value)) {
    const field = Object.hasOwn(type.fields, key) ? key : key.toLowerCase();
    const fieldType = Object.hasOwn(type.fields, field) ? type.fields[field] : undefined;
    // A null leaves what an earlier spelling of the same name has set.
    if (!fieldType || item === null) continue;
    decoded[field] = decode(item, fieldType, type.name, path === '' ? field : `${path}.${field}`);
  }
  return decoded;
}

function zeroOf(type: GoType): unknown {
  if (type === 'string') return '';
  if (type === 'int64' || type === 'float64') return 0;
  if ('listOf' in type) return [];
  return Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, zeroOf(field)]));
}

function nameOf(type: GoType): string {
  if (typeof type === 'string') return type;
  return 'listOf' in type ? `[]${nameOf(type.listOf)}` : `dbs.${type.name}`;
}

function syntaxProblem(text: string, problem: string): string {
  if (text.trim() === '' || /end of JSON|Unterminated/.test(problem)) return 'unexpected end of JSON input';
  const at = Number(/position (\d+)/.exec(problem)?.[1] ?? 0);
  return `invalid character '${text[at] ?? ''}' looking for beginning of value`;
}
