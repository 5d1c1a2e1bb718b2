#!/usr/bin/env node
// A Meteor cluster on this machine, to watch and to break: real SockJS nodes behind a real proxy, and a page that
// shows who serves what. Ctrl-C ends all of it.
//
//   npm run demo                                       nginx on port 8080, or the next free one
//   npm run demo -- --target haproxy --nodes 6
//   npm run demo -- --port 9000 --binary /path/to/nginx

import { Complaint } from './demo/complaint.mjs';
import { readOptions } from './demo/options.mjs';
import { startDemo } from './demo/start.mjs';

/** What was started, in order; it is stopped the other way round. */
const started = [];
let stopping = false;

const stop = async () => {
  stopping = true;
  for (const part of started.splice(0).reverse()) await part.stop();
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    await stop();
    process.exit(0);
  });
}

try {
  const options = readOptions(process.argv.slice(2));
  const url = await startDemo(options, started, fail);
  console.log(`
  ${url}

  ${options.nodes} Meteor nodes behind ${options.target} ${options.version}. Ctrl-C stops everything.
`);
} catch (error) {
  await fail(error);
}

async function fail(error) {
  if (stopping) return; // what is stopped may well complain
  console.error(error instanceof Complaint ? error.message : error);
  await stop();
  process.exit(1);
}
