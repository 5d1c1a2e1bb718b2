import { z } from 'zod';
import { clusterSchema } from '../../src/cluster/schema/cluster.ts';
import type { Json, Written } from './written.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * Where a description may hold a text, by the schema: `apps.*.nodes.#.host`, with `*` for any key of a map and `#` for
 * any index of a list; `apps.*=` is the key itself. A text with few values, such as `tcp`, is a text too.
 */
export const textFields = (): readonly string[] => {
  const root = z.toJSONSchema(clusterSchema, { io: 'input' });
  return [...new Set(walk(root, [], root.$defs ?? {}))].sort();
};

const walk = (
  schema: JsonSchema | boolean,
  path: readonly string[],
  definitions: { readonly [name: string]: JsonSchema },
): readonly string[] => {
  if (typeof schema === 'boolean') return [];
  const into = (below: JsonSchema | boolean, ...steps: readonly string[]) =>
    walk(below, [...path, ...steps], definitions);
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (branches.length > 0) return branches.flatMap((branch) => into(branch));
  if (schema.$ref !== undefined) return into(definitions[schema.$ref.replace('#/$defs/', '')] ?? {});
  if (schema.enum !== undefined || schema.const !== undefined) {
    const values = schema.enum ?? [schema.const];
    return values.some((value) => typeof value === 'string') ? [path.join('.')] : [];
  }
  switch (schema.type) {
    case 'string':
      return [path.join('.')];
    case 'object':
      return [
        ...Object.entries(schema.properties ?? {}).flatMap(([key, below]) => into(below, key)),
        ...(schema.propertyNames === undefined ? [] : [`${[...path, '*'].join('.')}=`]),
        ...into(schema.additionalProperties ?? false, '*'),
      ];
    case 'array':
      return into(schema.items as JsonSchema, '#');
    case 'integer':
    case 'number':
    case 'boolean':
      return [];
    default:
      throw new Error(`the schema has at ${path.join('.')} what this test knows nothing of`);
  }
};

/** A place of a text in a description. */
export interface Place {
  readonly path: readonly (string | number)[];
  /** Whether the text is the last key of the path, rather than the value there. */
  readonly isKey: boolean;
  readonly text: string;
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
    const text = isKey ? path.at(-1) : at(description, path);
    return typeof text === 'string' ? [{ path, isKey, text }] : [];
  });
};

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
