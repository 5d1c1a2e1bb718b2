import { z } from 'zod';
import { clusterSchema } from '../cluster/schema/cluster.ts';

/** The JSON Schema of the cluster description, as text; made from the schema that descriptions are checked with. */
export const schemaText = (): string =>
  `${JSON.stringify(z.toJSONSchema(clusterSchema, { io: 'input', target: 'draft-2020-12' }), null, 2)}\n`;
