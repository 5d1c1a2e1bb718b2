/** A piece of configuration that the program itself wrote: it goes into the text as it stands. */
export class Syntax {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** Marks text as configuration. Every value in it must have been checked or quoted. */
export const syntax = (text: string): Syntax => new Syntax(text);

/** What a template gets: plain strings are data and are quoted on the way. No value is ever undefined. */
export type View =
  | string
  | number
  | boolean
  | null
  | Syntax
  | readonly View[]
  | { readonly [key: string]: View };
