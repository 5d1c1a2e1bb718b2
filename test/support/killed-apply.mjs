// Applies a description, and dies like a machine without power just before its n-th effect on the world.
// Usage: killed-apply.mjs CLUSTER N
import process from 'node:process';
import { apply } from '../../dist/commands/apply.js';
import { nodeSystem } from '../../dist/platform/node-system.js';

const [cluster, nth] = process.argv.slice(2);
let left = Number(nth);

/** Effects; looking at files and processes is none. */
const EFFECTS = [
  'replaceFile',
  'copyBeside',
  'removeFile',
  'createFile',
  'makeFolder',
  'run',
  'kill',
  'ask',
  'lock',
];

const die = (name) => {
  process.stdout.write(name, () => process.kill(process.pid, 'SIGKILL'));
  return new Promise(() => {});
};

const system = Object.fromEntries(
  Object.entries(nodeSystem).map(([name, does]) => {
    if (!EFFECTS.includes(name)) return [name, does];
    if (name === 'kill') {
      return [
        name,
        (pid, signal) => {
          if (signal !== 0 && --left === 0) process.kill(process.pid, 'SIGKILL');
          return does(pid, signal);
        },
      ];
    }
    return [name, (...args) => (--left === 0 ? die(name) : does(...args))];
  }),
);

const { outputs } = await apply({ cluster }, system);
process.stdout.write(outputs.map(({ result }) => result.outcome).join(' '));
