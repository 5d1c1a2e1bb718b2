import { closeSync, openSync, readSync } from 'node:fs';

const EVERY_MS = 250;

/** Hands on each line that is added to a file. */
export function followFile(file, onLine) {
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(64 * 1024);
  let rest = '';
  const read = () => {
    for (let bytes = buffer.length; bytes === buffer.length; ) {
      bytes = readSync(descriptor, buffer);
      const lines = `${rest}${buffer.toString('latin1', 0, bytes)}`.split('\n');
      rest = lines.pop();
      lines.forEach(onLine);
    }
  };
  const timer = setInterval(read, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      closeSync(descriptor);
    },
  };
}
