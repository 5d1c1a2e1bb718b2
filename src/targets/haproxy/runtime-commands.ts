import { addressText } from '../../cluster/cluster.ts';
import type { WantedBackend, WantedServer } from './runtime-backends.ts';
import { onlyByReload } from './runtime-rule.ts';
import type { RunningServer } from './servers-state.ts';
import type { HaproxyFeatures } from './versions.ts';
import { checkWords } from './view-backends.ts';

/** A command of HAProxy's runtime API, and what it answers where it was done. */
export interface RuntimeCommand {
  readonly text: string;
  /** All of the answer, without blanks around it. */
  readonly expected: RegExp;
}

/** What brings running servers in step with wanted ones. */
export type RuntimeSteps =
  /** Each step is for when all of the one before it was done; without steps nothing is to do. */
  | { readonly steps: readonly (readonly RuntimeCommand[])[] }
  /** Why only a reload can do it. */
  | { readonly impossible: string };

/**
 * Brings every wanted backend from what runs to what is wanted. New servers come first and those that leave go into
 * maintenance last, so that a backend whose servers are all replaced is never without any.
 */
export const runtimeSteps = (
  wanted: readonly WantedBackend[],
  running: readonly RunningServer[],
  features: HaproxyFeatures,
): RuntimeSteps => {
  const pairs = pairUp(wanted, running);
  const [impossible] = pairs.flatMap((one) => obstacles(one, features));
  if (impossible !== undefined) return { impossible };
  const steps = [
    pairs.flatMap(({ backend, added }) => added.map((server) => add(backend, server))),
    // Without it HAProxy 2.6 deletes the cookies of the clients that a new server gets.
    pairs.flatMap((one) =>
      one.backend.cookieIsMade && opens(one)
        ? [done(`enable dynamic-cookie backend ${one.backend.name}`)]
        : [],
    ),
    pairs.flatMap(({ backend, added, kept }) => [
      ...added.flatMap((server) => open(backend, server)),
      ...kept.flatMap(([server, before]) => alter(backend, server, before)),
    ]),
    pairs.flatMap(({ backend, leftover }) =>
      leftover
        .filter(({ maint }) => !maint)
        .map(({ name }) => done(`set server ${backend.name}/${name} state maint`)),
    ),
  ];
  return { steps: steps.filter((step) => step.length > 0) };
};

/** Whether nothing is to do; servers that wait in maintenance for their last sessions don't count. */
export const inStep = (
  wanted: readonly WantedBackend[],
  running: readonly RunningServer[],
  features: HaproxyFeatures,
): boolean => {
  const result = runtimeSteps(wanted, running, features);
  return 'steps' in result && result.steps.length === 0;
};

/** Servers of wanted backends that are wanted no more; those that follow come before what they follow. */
export const leftovers = (
  wanted: readonly WantedBackend[],
  running: readonly RunningServer[],
): readonly RunningServer[] => pairUp(wanted, running).flatMap(({ leftover }) => leftover);

/** One backend as it is wanted and as it runs. */
interface Pair {
  readonly backend: WantedBackend;
  readonly added: readonly WantedServer[];
  readonly kept: readonly (readonly [WantedServer, RunningServer])[];
  readonly leftover: readonly RunningServer[];
}

const pairUp = (wanted: readonly WantedBackend[], running: readonly RunningServer[]): readonly Pair[] => {
  const byBackend = new Map(wanted.map(({ name }) => [name, new Map<string, RunningServer>()]));
  for (const server of running) byBackend.get(server.backend)?.set(server.name, server);
  return wanted.map((backend) => pair(backend, byBackend.get(backend.name) ?? new Map()));
};

const pair = (backend: WantedBackend, here: ReadonlyMap<string, RunningServer>): Pair => {
  const names = new Set(backend.servers.map(({ server }) => server.id));
  return {
    backend,
    added: backend.servers.filter(({ server }) => !here.has(server.id)),
    kept: backend.servers.flatMap((one) => {
      const before = here.get(one.server.id);
      return before === undefined ? [] : [[one, before] as const];
    }),
    leftover: [...here.values()].filter(({ name }) => !names.has(name)),
  };
};

/** What stands in the way of doing it at run time. */
const obstacles = (
  { backend, added, kept, leftover }: Pair,
  features: HaproxyFeatures,
): readonly string[] => {
  const path = ({ server }: WantedServer): string => `${backend.name}/${server.id}`;
  const taken = new Map([...kept.map(([, before]) => before), ...leftover].map(({ id, name }) => [id, name]));
  return [
    ...added.flatMap((one) => {
      const reason = onlyByReload(one.server, features);
      return reason === null ? [] : [`${path(one)} is missing: ${reason}`];
    }),
    ...added.flatMap((one) => {
      const owner = one.number === null ? undefined : taken.get(one.number);
      return owner === undefined ? [] : [`${path(one)} would have the number of ${owner}`];
    }),
    ...kept.flatMap(([one, before]) => {
      if (one.number !== null && one.number !== before.id) return [`${path(one)} runs with another number`];
      return hasAddress(one, before) ? [] : [`${path(one)} runs with another address`];
    }),
  ];
};

/** HAProxy tells the path of no socket; what it tells of a name changes with each look-up. */
const hasAddress = ({ server }: WantedServer, { address }: RunningServer): boolean =>
  server.address.kind === 'name' ||
  address === (server.address.kind === 'socket' ? null : addressText(server.address));

/** Its own checks, though others follow those of the main backend: HAProxy lets nobody follow a server added at run time. */
const add = (
  { name, pool }: WantedBackend,
  { server, weight, number, cookie }: WantedServer,
): RuntimeCommand => {
  const { address } = server;
  const words = [
    `add server ${name}/${server.id}`,
    address.kind === 'socket' ? `unix@${address.path}` : addressText(address),
    ...(cookie === null ? [] : [`cookie ${cookie}`]),
    ...(number === null ? [] : [`id ${number}`]),
    `weight ${weight}`,
    ...(pool.limits.connectionsPerNode === undefined ? [] : [`maxconn ${pool.limits.connectionsPerNode}`]),
    // `default-server` is not for servers that are added at run time.
    ...checkWords(pool),
  ];
  return { text: words.join(' '), expected: /^New server registered\.$/ };
};

/** Has a server in maintenance checked, and lets it serve if it should. */
const open = ({ name }: WantedBackend, { server, maint }: WantedServer): readonly RuntimeCommand[] => [
  {
    text: `enable health ${name}/${server.id}`,
    // One that follows another has no checks of its own.
    expected: /^(Health check was not configured on this server, cannot enable\.)?$/,
  },
  ...(maint ? [] : [done(`set server ${name}/${server.id} state ready`)]),
];

const alter = (
  backend: WantedBackend,
  wanted: WantedServer,
  before: RunningServer,
): readonly RuntimeCommand[] => {
  const path = `${backend.name}/${wanted.server.id}`;
  return [
    ...(wanted.weight === before.weight ? [] : [done(`set server ${path} weight ${wanted.weight}`)]),
    ...(wanted.maint && !before.maint ? [done(`set server ${path} state maint`)] : []),
    // All that an added server needs: who added it may have been stopped before the rest.
    ...(before.maint && !wanted.maint ? open(backend, wanted) : []),
  ];
};

/** Whether a server of it gets requests that did not before. */
const opens = ({ added, kept }: Pair): boolean =>
  added.length > 0 || kept.some(([wanted, before]) => before.maint && !wanted.maint);

const done = (text: string): RuntimeCommand => ({ text, expected: /^$/ });
