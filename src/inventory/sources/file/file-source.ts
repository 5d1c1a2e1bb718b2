import { LbError } from '../../../diagnostics/lb-error.ts';
import { MAX_INVENTORY_BYTES } from '../../../load/load-cluster.ts';
import { isMissing, readUserFile } from '../../../load/read-file.ts';
import { MAX_TEXT_BYTES } from '../../../platform/platform.ts';
import { MOST_NODES } from '../../limits.ts';
import { type NodeList, type NoList, readInventoryNodes, readNodes } from '../../read-nodes.ts';
import { listed, type Source, unreadable } from '../../source.ts';

/** A list of nodes in a file: YAML, JSON, or one host:port a line. */
export const fileSource = (file: string): Source =>
  sourceOf(file, { maxBytes: MAX_TEXT_BYTES, most: MOST_NODES }, (text) => readNodes(text, file));

/** What an `--inventory` file has for an app: what all its sources list. */
export const inventorySource = (file: string, app: string): Source =>
  sourceOf(file, { maxBytes: MAX_INVENTORY_BYTES, most: Number.POSITIVE_INFINITY }, (text) =>
    readInventoryNodes(text, file, app),
  );

const sourceOf = (
  file: string,
  { maxBytes, most }: { readonly maxBytes: number; readonly most: number },
  read: (text: string) => NodeList | NoList,
): Source => {
  const source = `file ${file}`;
  return {
    name: source,
    files: [file],
    intervalMs: null,
    ask: async (system) => {
      try {
        const text = await readUserFile(file, { failure: 'inventory', maxBytes }, system);
        return listed(source, read(text), most);
      } catch (error) {
        if (!(error instanceof LbError)) throw error;
        return unreadable(source, error.message, isMissing(error) ? `write it, or correct its name` : null);
      }
    },
  };
};
