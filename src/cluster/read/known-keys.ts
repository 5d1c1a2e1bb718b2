import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import type { Path } from '../../diagnostics/diagnostic.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The keys that a schema allows at a path, in the order it names them. */
export const knownKeys = (schema: z.ZodType, path: Path): readonly string[] => {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const places = path.reduce<JsonSchema[]>(
    (schemas, step) => schemas.flatMap((one) => below(one, step)),
    [root],
  );
  return [...new Set(places.flatMap(branches).flatMap(({ properties }) => Object.keys(properties ?? {})))];
};

/** The candidate that a mistyped word is likely to mean, or null. */
export const didYouMean = (word: string, candidates: readonly string[]): string | null => {
  if (candidates.length === 0) return null;
  const best = closest(
    word.toLowerCase(),
    candidates.map((candidate) => candidate.toLowerCase()),
  );
  const near = distance(word.toLowerCase(), best) <= Math.max(1, Math.floor(word.length / 3));
  return near ? (candidates.find((candidate) => candidate.toLowerCase() === best) ?? null) : null;
};

const branches = (schema: JsonSchema): JsonSchema[] => [
  schema,
  ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap((one) =>
    branches(one as JsonSchema),
  ),
];

const below = (schema: JsonSchema, step: string | number): JsonSchema[] =>
  branches(schema).flatMap(({ properties, additionalProperties, items }) =>
    [typeof step === 'number' ? items : (properties?.[step] ?? additionalProperties)].filter(
      (one): one is JsonSchema => typeof one === 'object' && one !== null && !Array.isArray(one),
    ),
  );
