import { LbError } from '../../../diagnostics/lb-error.ts';
import { MAX_INVENTORY_BYTES } from '../../../load/load-cluster.ts';
import { readUserFile } from '../../../load/read-file.ts';
import { MAX_TEXT_BYTES } from '../../../platform/platform.ts';
import { type NodeList, type NoList, readInventoryNodes, readNodes } from '../../read-nodes.ts';
import { listed, type Source, unreadable } from '../../source.ts';

/** A list of nodes in a file: YAML, JSON, or one host:port a line. */
export const fileSource = (file: string): Source =>
  sourceOf(file, MAX_TEXT_BYTES, (text) => readNodes(text, file));

/** What an `--inventory` file has for an app. */
export const inventorySource = (file: string, app: string): Source =>
  sourceOf(file, MAX_INVENTORY_BYTES, (text) => readInventoryNodes(text, file, app));

const sourceOf = (file: string, maxBytes: number, read: (text: string) => NodeList | NoList): Source => {
  const source = `file ${file}`;
  return {
    name: source,
    files: [file],
    intervalMs: null,
    ask: async (system) => {
      try {
        return listed(source, read(await readUserFile(file, { failure: 'inventory', maxBytes }, system)));
      } catch (error) {
        if (!(error instanceof LbError)) throw error;
        return unreadable(source, error.message);
      }
    },
  };
};
