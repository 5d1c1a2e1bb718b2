#!/usr/bin/env node
import { nodePlatform } from '../platform/node.ts';
import { main } from './main.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // the reader, `head` for one, has seen enough
});
process.exitCode = await main(process.argv.slice(2), nodePlatform);
