import { z } from 'zod';

/** 64 bits as JSON has them: a text. 0 is left out. */
const int64 = z
  .string()
  .regex(/^[0-9]+$/)
  .default('0');

const base64 = z.string().transform((text) => Buffer.from(text, 'base64').toString());

const keyValue = z.object({ key: base64, value: base64.default('') });

/** A page of keys; `count` is how many there are from the first of this page on. */
export const rangeAnswer = z.object({
  header: z.object({ revision: int64 }),
  count: int64,
  kvs: z.array(keyValue).default([]),
  more: z.boolean().default(false),
});

/** What was found for each key that was asked for: one, or none. */
export const valuesAnswer = z.object({
  responses: z
    .array(
      z.object({
        response_range: z.object({
          kvs: z.array(keyValue.extend({ lease: int64, mod_revision: int64 })).default([]),
        }),
      }),
    )
    .default([]),
});

export const authenticateAnswer = z.object({ token: z.string().min(1) });

export const grantAnswer = z.object({ ID: int64 });

/** What is left of a lease, in seconds; nothing where it has ended. */
export const keepAliveAnswer = z.object({ result: z.object({ TTL: int64 }) });

/** Of a write nothing else is asked than that it was done. */
export const writeAnswer = z.object({ header: z.object({ revision: int64 }) });

/** Whether what a write depends on was so. */
export const writeIfAnswer = writeAnswer.extend({ succeeded: z.boolean().default(false) });

/** A line of a watch; the header tells where etcd is, whatever else the line says. */
export const watchLine = z.object({
  result: z.object({
    header: z.object({ revision: int64 }),
    canceled: z.boolean().default(false),
    events: z.array(z.object({ type: z.enum(['PUT', 'DELETE']).default('PUT'), kv: keyValue })).default([]),
  }),
});

/** What etcd says of a failure. */
export const failureAnswer = z.object({ message: z.string().optional(), error: z.string().optional() });
