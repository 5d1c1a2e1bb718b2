import { renderFile } from '../../src/commands/render.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import type { System } from '../../src/platform/system.ts';
import type { TargetName } from '../../src/targets/registry.ts';
import type { Written } from './written.ts';

/**
 * What the command `render` prints for a description; throws what it would throw. Nothing is read but the templates that
 * meteor-lb comes with: each key file holds `secret`, and a folder of own templates is empty.
 */
export const renderWritten = async (
  description: Written,
  target: TargetName,
  { proxyVersion, secret = 'a secret of this test'.replaceAll(' ', '-') }: Options = {},
): Promise<string> => {
  const system: System = {
    ...nodeSystem,
    readText: async (file) => {
      if (file === DESCRIPTION) return JSON.stringify(description);
      if (file === INVENTORY) return '{"version":1,"apps":{}}';
      return file.startsWith(TEMPLATES) ? readTemplate(file) : secret;
    },
    listFolder: async (folder) => (folder.startsWith(TEMPLATES) ? nodeSystem.listFolder(folder) : []),
  };
  const { text } = await renderFile(
    { cluster: DESCRIPTION, target, proxyVersion, inventory: INVENTORY },
    system,
  );
  return Buffer.from(text).toString(); // as it would be read from a file
};

interface Options {
  readonly proxyVersion?: string | undefined;
  readonly secret?: string;
}

const DESCRIPTION = 'cluster.json';
const INVENTORY = 'inventory.json';
const TEMPLATES = `${process.cwd()}/templates/`;

const templates = new Map<string, Promise<string>>();

const readTemplate = (file: string): Promise<string> => {
  const text = templates.get(file) ?? nodeSystem.readText(file);
  templates.set(file, text);
  return text;
};
