import { z } from 'zod';
import { EMPTY_INVENTORY, inventorySchema } from '../cluster/schema/inventory.ts';
import { type ListedEntry, listedEntry } from '../cluster/schema/node.ts';
import type { SourceMemory } from './believe-sources.ts';
import { type FlatNode, flatten, toEntry } from './flat-node.ts';
import { type AppMemory, inventoryOf, type Memory, memoryOf, NOTHING } from './memory.ts';

/** Lists by app and source. */
const lists = z.record(z.string(), z.record(z.string(), z.array(listedEntry)));

/** The last list of each source that was obeyed, and what those list since whose list is not. */
const listsSchema = z.strictObject({ version: z.literal(1), apps: lists, refused: lists.default({}) });

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
    apps: listsOf(memory, ({ obeyed }) => obeyed),
    refused: listsOf(memory, ({ refused }) => refused),
  }),
});

/** The memory that was written down. Where one text is missing or damaged, the other makes up for it as far as it can. Pure. */
export const readMemory = (texts: { readonly [Part in keyof MemoryTexts]: string | null }): Memory => {
  const believed = memoryOf(parse(inventorySchema, texts.believed) ?? EMPTY_INVENTORY);
  const written = parse(listsSchema, texts.lists);
  const apps = new Set([...believed.keys(), ...Object.keys(written?.apps ?? {})]);
  return new Map(
    [...apps].map((app) => {
      const nodes = (source: string, entries: readonly ListedEntry[]): readonly FlatNode[] =>
        entries.flatMap((entry) => flatten(app, entry, source));
      const sources = Object.entries(written?.apps[app] ?? {}).map(([source, obeyed]) => {
        const refused = written?.refused[app]?.[source];
        const lists = {
          obeyed: nodes(source, obeyed),
          refused: refused === undefined ? null : nodes(source, refused),
        };
        return [source, lists] as const;
      });
      return [app, { ...(believed.get(app) ?? NOTHING), sources: new Map(sources) }];
    }),
  );
};

/** One list of each source, where it has that. */
const listsOf = (
  memory: Memory,
  which: (source: SourceMemory) => readonly FlatNode[] | null,
): z.input<typeof lists> =>
  Object.fromEntries(
    [...memory].map(([app, { sources }]: readonly [string, AppMemory]) => [
      app,
      Object.fromEntries(
        [...sources].flatMap(([source, known]) => {
          const nodes = which(known);
          return nodes === null ? [] : [[source, nodes.map(toEntry)]];
        }),
      ),
    ]),
  );

const textOf = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const parse = <Schema extends z.ZodType>(schema: Schema, text: string | null): z.output<Schema> | null => {
  try {
    return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
};
