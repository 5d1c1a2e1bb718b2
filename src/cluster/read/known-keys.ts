import { z } from 'zod';
import type { Path } from '../../diagnostics/diagnostic.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A schema and the forms it may take. */
type Branches = (schema: JsonSchema) => readonly JsonSchema[];

/** What a schema knows of keys. */
export interface KnownKeys {
  /** The keys that are allowed at a path, in the order the schema names them. */
  at(path: Path): readonly string[];
  /** Where else a key is allowed: `listen[].tls`, `apps.<name>.timeouts`. */
  elsewhere(key: string): readonly string[];
}

/** Looks into a schema for its keys. */
export const createKnownKeys = (schema: z.ZodType): KnownKeys => {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const branches: Branches = (one) => {
    const target = resolve(root, one);
    const choices = [...(target.anyOf ?? []), ...(target.oneOf ?? []), ...(target.allOf ?? [])];
    return [target, ...choices.flatMap((choice) => branches(choice as JsonSchema))];
  };
  const everywhere = placedKeys(root, '', branches);
  return {
    at: (path) => {
      const places = path.reduce<readonly JsonSchema[]>(
        (schemas, step) => schemas.flatMap(branches).flatMap((one) => below(one, step)),
        [root],
      );
      return [...new Set(places.flatMap(branches).flatMap(ownKeys))];
    },
    elsewhere: (key) => [
      ...new Set(everywhere.flatMap(([known, place]) => (known === key && place !== '' ? [place] : []))),
    ],
  };
};

/** Schemas with an id are kept apart and referred to: `#/$defs/Cluster`. */
const resolve = (root: JsonSchema, schema: JsonSchema): JsonSchema => {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : ((root.$defs?.[name] as JsonSchema | undefined) ?? schema);
};

const ownKeys = ({ properties }: JsonSchema): readonly string[] => Object.keys(properties ?? {});

const below = (
  { properties, additionalProperties, items }: JsonSchema,
  step: string | number,
): readonly JsonSchema[] =>
  typeof step === 'number'
    ? schemasAmong(items)
    : schemasAmong(
        Object.hasOwn(properties ?? {}, step) ? properties?.[step] : (additionalProperties ?? false),
      );

const schemasAmong = (value: unknown): readonly JsonSchema[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? [value as JsonSchema] : [];

/** Every key with the place that allows it. */
const placedKeys = (
  schema: JsonSchema,
  at: string,
  branches: Branches,
): readonly (readonly [string, string])[] =>
  branches(schema).flatMap((one) => [
    ...ownKeys(one).map((key) => [key, at] as const),
    ...Object.entries(one.properties ?? {}).flatMap(([name, child]) =>
      schemasAmong(child).flatMap((found) => placedKeys(found, at === '' ? name : `${at}.${name}`, branches)),
    ),
    ...schemasAmong(one.items).flatMap((found) => placedKeys(found, `${at}[]`, branches)),
    ...schemasAmong(one.additionalProperties).flatMap((found) => placedKeys(found, `${at}.<name>`, branches)),
  ]);
