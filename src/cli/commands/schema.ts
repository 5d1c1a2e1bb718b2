import type { CommandModule } from 'yargs';
import type { Platform } from '../../platform/platform.ts';

/** `schema`: the JSON Schema of the description. */
export const schemaCommand = (platform: Platform): CommandModule => ({
  command: 'schema',
  describe: 'Print the JSON Schema of the cluster description',
  handler: async () => {
    const { schemaText } = await import('../../commands/schema.ts');
    platform.stdout(schemaText());
  },
});
