import { z } from 'zod';
import { inventorySchema } from '../cluster/schema/inventory.ts';
import { listedEntry } from '../cluster/schema/node.ts';
import { flatten, toEntry } from './flat-node.ts';
import { inventoryOf, type Memory, memoryOf } from './settle-inventory.ts';

/** The last good list of each source, by app and source. */
const listsSchema = z.strictObject({
  version: z.literal(1),
  apps: z.record(z.string(), z.record(z.string(), z.array(listedEntry))),
});

/** What of a memory is written down: what is believed, and what each source said last. */
export interface MemoryTexts {
  readonly believed: string;
  readonly lists: string;
}

/** What is written down of a memory. Pure. */
export const writeMemory = (memory: Memory): MemoryTexts => ({
  believed: textOf(inventoryOf(memory)),
  lists: textOf({
    version: 1,
    apps: Object.fromEntries(
      [...memory].map(([app, { lists }]) => [
        app,
        Object.fromEntries([...lists].map(([source, nodes]) => [source, nodes.map(toEntry)])),
      ]),
    ),
  }),
});

/** The memory that was written down; what is missing or damaged is not remembered. Pure. */
export const readMemory = (texts: { readonly [Part in keyof MemoryTexts]: string | null }): Memory => {
  const memory = memoryOf(parse(inventorySchema, texts.believed) ?? { version: 1, apps: {} });
  const apps = parse(listsSchema, texts.lists)?.apps ?? {};
  return new Map(
    [...memory].map(([app, known]) => {
      const lists = Object.entries(apps[app] ?? {}).map(
        ([source, entries]) => [source, entries.flatMap((entry) => flatten(app, entry, source))] as const,
      );
      return [app, { ...known, lists: new Map(lists) }];
    }),
  );
};

const textOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const parse = <Schema extends z.ZodType>(schema: Schema, text: string | null): z.output<Schema> | null => {
  try {
    return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
};
