/** Everything meteor-lb does to the world outside its own memory. */
export interface Platform {
  /** Prints a part of the product. */
  stdout(text: string): void;
  /** Prints talk. */
  stderr(text: string): void;
  /** Whether talk may be coloured. */
  readonly colour: boolean;
  /** The working directory. */
  readonly cwd: string;
  /** Whether a file exists. */
  exists(file: string): Promise<boolean>;
  /** The file's text; rejects with the system's error, with TooLargeError, or with TypeError where it is not UTF-8. */
  readText(file: string, maxBytes?: number): Promise<string>;
  /** Names of what is in a folder, sorted; rejects with the system's error. */
  listFolder(folder: string): Promise<readonly string[]>;
  /**
   * Replaces the file's text at once: a reader, or a crash at any instant, finds the old or the new, whole.
   * The old file's mode and owner stay. Rejects with the system's error, the old file untouched.
   */
  replaceFile(file: string, text: string): Promise<void>;
  /** The first 4 KB of a regular file, a character a byte; null where there is none, or something else. Rejects with the system's error. */
  headOf(file: string): Promise<string | null>;
  /**
   * Copies a file, with its mode and owner, to a hidden file beside it whose name ends in `suffix`: whole or not at all. Copies that are there
   * stay: `most` is how many there may be of different texts. The copy's path; null where none was made. Rejects with the system's error.
   */
  copyBeside(file: string, suffix: string, most: number): Promise<string | null>;
  /** Removes a file; nothing where there is none. */
  removeFile(file: string): Promise<void>;
}

/** Largest text that is read, unless the caller says otherwise. */
export const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** The file is larger than the reader allows. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
  readonly maxBytes: number;

  constructor(file: string, maxBytes: number) {
    super(`${file} is larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}
