import { resolve } from 'node:path';
import { versionOf } from '../proxies/inspect.mjs';
import { run } from '../proxies/run.mjs';
import { findSystemProxies } from '../proxies/system.mjs';
import { Complaint } from './complaint.mjs';

/** The binary of a proxy and its version: the one that was asked for, else the system's. */
export function findProxy(target, asked) {
  if (asked !== undefined) return inspect(target, resolve(asked));
  const found = findSystemProxies().find(({ proxy }) => proxy === target);
  if (!found) throw new Complaint(`There is no ${target} on this machine. Install it with: npm run proxies`);
  return { binary: found.binary, version: found.version };
}

function inspect(target, binary) {
  const version = versionOf(binary);
  if (version === null) throw new Complaint(`--binary ${binary} is no proxy that runs here`);
  const name = run(binary, ['-v']).toLowerCase().includes('haproxy') ? 'haproxy' : 'nginx';
  if (name !== target) throw new Complaint(`--binary ${binary} is ${name}: add --target ${name}`);
  return { binary, version };
}
