import { LbError } from '../diagnostics/lb-error.ts';
import { readUserFile } from '../load/read-file.ts';
import { type NodeList, type NoList, readInventoryNodes, readNodes } from './read-nodes.ts';
import type { Listing, Source } from './source.ts';

/** A list of nodes in a file: YAML, JSON, or one host:port a line. */
export const fileSource = (file: string): Source => sourceOf(file, (text) => readNodes(text, file));

/** What an `--inventory` file has for an app. */
export const inventorySource = (file: string, app: string): Source =>
  sourceOf(file, (text) => readInventoryNodes(text, file, app));

const sourceOf = (file: string, read: (text: string) => NodeList | NoList): Source => {
  const source = `file ${file}`;
  return {
    name: source,
    files: [file],
    ask: async (platform) => {
      try {
        const list = read(await readUserFile(file, { failure: 'inventory' }, platform));
        return 'entries' in list
          ? { source, entries: list.entries, problems: list.leftOut }
          : { source, entries: null, problems: list.diagnostics };
      } catch (error) {
        if (!(error instanceof LbError)) throw error;
        return unreadable(source, error.message);
      }
    },
  };
};

/** A listing of a source that could not be had. */
const unreadable = (source: string, message: string): Listing => ({
  source,
  entries: null,
  problems: [{ severity: 'error', code: 'source-unreadable', message, hint: null, path: [], place: null }],
});
