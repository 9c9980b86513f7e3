import fc, { type Arbitrary, type JsonValue } from 'fast-check';

/** As much of JSON Schema as the contract uses. */
interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  type?: string | string[];
  enum?: JsonValue[];
  pattern?: string;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

/** Values that a schema allows, and values that come from those by changing, adding or leaving out something somewhere. */
export function nearSchema(schema: object): Arbitrary<JsonValue> {
  const valid = allowed(schema, (schema as JsonSchema).$defs ?? {});
  return fc.oneof(
    valid,
    fc.tuple(valid, fc.nat(), damage).map(([value, at, with_]) => damaged(value, at, with_)),
  );
}

function allowed(schema: JsonSchema, defs: Record<string, JsonSchema>): Arbitrary<JsonValue> {
  const of = (inner: JsonSchema): Arbitrary<JsonValue> => allowed(inner, defs);
  if (schema.$ref) return of(defs[schema.$ref.replace('#/$defs/', '')] ?? {});
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(of));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => of({ ...schema, type })));
  switch (schema.type) {
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, of(inner)])),
        { requiredKeys: schema.required ?? [] },
      );
    case 'array':
      return fc.array(of(schema.items ?? {}), { maxLength: 3 });
    case 'string':
      return schema.pattern
        ? fc.stringMatching(new RegExp(schema.pattern), { maxLength: 12 })
        : fc.string({ minLength: schema.minLength ?? 0, maxLength: 12 });
    case 'integer':
      return fc.oneof(
        fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, 100) }),
        fc.constantFrom(schema.minimum ?? 0, schema.maximum ?? 0),
      );
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

/** What takes the place of a part of a value; `undefined`: the part is left out. */
const damage: Arbitrary<JsonValue | undefined> = fc.oneof(
  fc.constantFrom(undefined, null, '', [], {}, '12', '0-3', 'x'.repeat(21), -1, 0.5, 10_001, 2 ** 53, true),
  fc.jsonValue(),
);

/** The value with one of its parts, the `at`th of all, replaced. */
function damaged(value: JsonValue, at: number, replacement: JsonValue | undefined): JsonValue {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const root = { value: structuredClone(value) as unknown };
  const visit = (holder: Record<string, unknown>, key: string): void => {
    places.push({ holder, key });
    const inner = holder[key];
    if (typeof inner === 'object' && inner !== null)
      for (const name of Object.keys(inner)) visit(inner as Record<string, unknown>, name);
  };
  visit(root, 'value');
  const place = places[at % places.length];
  if (!place) return value;
  if (replacement !== undefined || Array.isArray(place.holder)) place.holder[place.key] = replacement ?? null;
  else delete place.holder[place.key];
  return root.value ?? null;
}
