/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | Written;

/** A part of a description, or the whole, as a person writes it. */
export interface Written {
  readonly [key: string]: Json;
}

/** An object without the keys that have no value. */
export const written = (value: { readonly [key: string]: Json | undefined }): Written =>
  Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
