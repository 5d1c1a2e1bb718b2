import { z } from 'zod';
import { listedEntry } from './node.ts';
import { appId } from './values.ts';

/** Nodes that were listed outside the description, by app: the content of an `--inventory` file. */
export const inventorySchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    apps: z
      .record(appId, z.array(listedEntry))
      .describe('The nodes of each app, in the forms of `nodes`; `source` tells where each was listed.'),
  })
  .meta({ id: 'Inventory', title: 'meteor-lb inventory' });

/** An inventory as it was read. */
export type Inventory = z.output<typeof inventorySchema>;

/** Nothing is listed outside the description. */
export const EMPTY_INVENTORY: Inventory = { version: 1, apps: {} };
