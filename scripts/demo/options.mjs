import { parseArgs } from 'node:util';
import { Complaint } from './complaint.mjs';
import { findProxy } from './find-proxy.mjs';
import { targets } from './targets.mjs';

const USAGE =
  'usage: npm run demo -- [--target nginx|haproxy] [--port N] [--nodes 2-8] [--binary FILE of the proxy]';

/** The command line, with the proxy's binary and version found. */
export function readOptions(args) {
  const { target, port, nodes, binary } = parse(args);
  if (!Object.hasOwn(targets, target)) throw new Complaint(`--target ${target} is not known\n${USAGE}`);
  return {
    target,
    port: port === undefined ? null : number('--port', port, 1, 65_535),
    nodes: number('--nodes', nodes, 2, 8),
    ...findProxy(target, binary),
  };
}

function parse(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        target: { type: 'string', default: 'nginx' },
        port: { type: 'string' },
        nodes: { type: 'string', default: '4' },
        binary: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (!values.help) return values;
  } catch (error) {
    throw new Complaint(`${error.message}\n${USAGE}`);
  }
  console.log(USAGE);
  process.exit(0);
}

function number(name, text, least, most) {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Complaint(`${name} ${text} is not a whole number from ${least} to ${most}\n${USAGE}`);
}
