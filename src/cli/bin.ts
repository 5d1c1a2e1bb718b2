#!/usr/bin/env node
import { EXIT } from '../diagnostics/lb-error.ts';
import { nodeSystem } from '../platform/node-system.ts';
import { systemReason } from '../platform/system-error.ts';
import { main } from './main.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return; // the reader, `head` for one, has seen enough
  process.stderr.write(`meteor-lb: stdout can not be written: ${systemReason(error) ?? error.message}\n`);
  process.exit(EXIT.apply);
});
process.stderr.on('error', () => {}); // nobody is left to be told
process.exitCode = await main(process.argv.slice(2), nodeSystem);
