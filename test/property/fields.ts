import { z } from 'zod';
import { clusterSchema } from '../../src/cluster/schema/cluster.ts';
import type { Json, Written } from './written.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** A place where a description may hold a text, a number or a truth value. */
export interface Field {
  /** `apps.*.nodes.#.host`, with `*` for any key of a map and `#` for any index of a list; `apps.*=` is the key itself. */
  readonly name: string;
  readonly isText: boolean;
  /** The values that it may have, where they are few. */
  readonly choices: readonly unknown[];
}

/** All fields of a description, by its schema. Throws where the schema has what is not known here. */
export const allFields = (): readonly Field[] => {
  const root = z.toJSONSchema(clusterSchema, { io: 'input' });
  return walk(root, [], root.$defs ?? {});
};

/** Names of the fields that may hold a text, sorted. A text with few values, such as `tcp`, is one too. */
export const textFields = (): readonly string[] =>
  [...new Set(allFields().flatMap(({ name, isText }) => (isText ? [name] : [])))].sort();

const walk = (
  schema: JsonSchema | boolean,
  path: readonly string[],
  definitions: { readonly [name: string]: JsonSchema },
): readonly Field[] => {
  if (typeof schema === 'boolean') return [];
  const into = (below: JsonSchema | boolean, ...steps: readonly string[]) =>
    walk(below, [...path, ...steps], definitions);
  const field = (isText: boolean, choices: readonly unknown[] = []): readonly Field[] => [
    { name: path.join('.'), isText, choices },
  ];
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (branches.length > 0) return branches.flatMap((branch) => into(branch));
  if (schema.$ref !== undefined) return into(definitions[schema.$ref.replace('#/$defs/', '')] ?? {});
  if (schema.enum !== undefined) return field(true, schema.enum);
  if (schema.const !== undefined) return field(true, [schema.const]);
  switch (schema.type) {
    case 'string':
      return field(true);
    case 'integer':
    case 'number':
      return field(false);
    case 'boolean':
      return field(false, [true, false]);
    case 'object':
      return [
        ...Object.entries(schema.properties ?? {}).flatMap(([key, below]) => into(below, key)),
        ...(schema.propertyNames === undefined
          ? []
          : [{ name: `${[...path, '*'].join('.')}=`, isText: true, choices: [] }]),
        ...into(schema.additionalProperties ?? false, '*'),
      ];
    case 'array':
      return into(schema.items as JsonSchema, '#');
    default:
      throw new Error(`the schema has at ${path.join('.')} what this test knows nothing of`);
  }
};

/** A place in a description, and the value there. */
export interface Place<Value = Json> {
  readonly path: readonly (string | number)[];
  /** Whether the value is the last key of the path, rather than what it leads to. */
  readonly isKey: boolean;
  readonly value: Value;
}

/** The places of a description that a field stands for. */
export const placesOf = (description: Written, field: string): readonly Place[] => {
  const isKey = field.endsWith('=');
  const steps = field.replace(/=$/, '').split('.');
  const reached = steps.reduce<readonly (readonly (string | number)[])[]>(
    (paths, step) => paths.flatMap((path) => below(at(description, path), step).map((key) => [...path, key])),
    [[]],
  );
  return reached.flatMap((path) => {
    const value = isKey ? path.at(-1) : at(description, path);
    return value === undefined || (typeof value === 'object' && value !== null)
      ? []
      : [{ path, isKey, value }];
  });
};

/** Those of them that hold a text. */
export const textsOf = (description: Written, field: string): readonly Place<string>[] =>
  placesOf(description, field).filter((place): place is Place<string> => typeof place.value === 'string');

const below = (value: Json | undefined, step: string): readonly (string | number)[] => {
  if (Array.isArray(value)) return step === '#' ? [...value.keys()] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).filter((key) => step === '*' || key === step);
};

const at = (value: Json, path: readonly (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>((found, step) => (found as Written | undefined)?.[step], value);

/** The description with another text in a place. */
export const withText = (description: Written, { path, isKey }: Place, text: string): Written =>
  replace(description, path, isKey, text) as Written;

const replace = (value: Json, path: readonly (string | number)[], isKey: boolean, text: string): Json => {
  const [step, ...rest] = path;
  if (step === undefined) return text;
  const inside = (key: string | number, one: Json): Json =>
    String(key) === String(step) && !(isKey && rest.length === 0) ? replace(one, rest, isKey, text) : one;
  if (Array.isArray(value)) return value.map((one: Json, index) => inside(index, one));
  return Object.fromEntries(
    Object.entries(value as Written).map(([key, one]) => [
      isKey && rest.length === 0 && key === step ? text : key,
      inside(key, one),
    ]),
  );
};
