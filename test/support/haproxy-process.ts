import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Controller } from '../../src/control/controller.ts';
import { createHaproxyControl } from '../../src/control/haproxy/index.ts';
import { loadCluster } from '../../src/inventory/load-cluster-once.ts';
import { prepare } from '../../src/load/prepare.ts';
import { askedVersion } from '../../src/load/target-findings.ts';
import { nodeSystem } from '../../src/platform/node-system.ts';
import type { System } from '../../src/platform/system.ts';
import type { Configuration } from '../../src/render/render.ts';
import { haproxy } from '../../src/targets/haproxy/index.ts';
import { haproxyFeatures } from '../../src/targets/haproxy/versions.ts';
import type { InstalledProxy } from './proxies.ts';
import { until } from './until.ts';

/** A HAProxy in master-worker mode with a rendered configuration, and what controls it. */
export interface HaproxyProcess {
  readonly folder: string;
  readonly socket: string;
  readonly masterSocket: string;
  readonly pid: number;
  readonly control: Controller;
  /** A control with something else in its place. */
  controlWith(changes: Changes): Controller;
  /** What a description gives. */
  configuration(description: object): Promise<Configuration>;
  /** Writes it to the file that HAProxy loads. */
  publish(configuration: Configuration): Promise<void>;
  /** What was asked over sockets since this was called last. */
  asked(): readonly string[];
  log(): string;
  /** Stops it at once; its folder goes too. */
  stop(): Promise<void>;
}

interface Changes {
  readonly masterSocket?: string;
  readonly socket?: string;
  readonly reloadCommand?: readonly string[];
  readonly now?: () => number;
}

/** Starts it with a description, whose `runtimeDir` is the process's own, and waits until both sockets answer. */
export const startHaproxy = async (proxy: InstalledProxy, description: object): Promise<HaproxyProcess> => {
  const folder = await mkdtemp(join(tmpdir(), 'meteor-lb-hap-'));
  const file = join(folder, 'haproxy.cfg');
  const masterSocket = join(folder, 'master.sock');
  const socket = `${folder}/haproxy.sock`;
  const version = askedVersion(proxy.version, haproxy);
  let asked: string[] = [];
  const system: System = {
    ...nodeSystem,
    ask: (path, text, ...rest) => {
      asked.push(text);
      return nodeSystem.ask(path, text, ...rest);
    },
  };
  const controlWith = ({ now = system.now, ...changes }: Changes): Controller =>
    createHaproxyControl(
      {
        binary: proxy.binary,
        file,
        socket,
        masterSocket,
        reloadCommand: null,
        features: haproxyFeatures(version),
        ...changes,
      },
      { ...system, now },
    );
  const control = controlWith({});
  const configuration = async (other: object): Promise<Configuration> => {
    const cluster = join(folder, 'cluster.yaml');
    await writeFile(cluster, stringify({ runtimeDir: folder, ...other }));
    return (await prepare(await loadCluster({ cluster }, nodeSystem), haproxy, version, nodeSystem))
      .configuration;
  };
  const publish = ({ text }: Configuration): Promise<void> => writeFile(file, text);
  await publish(await configuration(description));
  const output: string[] = [];
  const child = launch(control.startCommand(), output);
  const process = {
    folder,
    socket,
    masterSocket,
    pid: child.pid ?? 0,
    control,
    controlWith,
    configuration,
    publish,
    asked: () => {
      const texts = asked;
      asked = [];
      return texts;
    },
    log: () => output.join(''),
    stop: async () => {
      await stop(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await until(async () => child.exitCode !== null || (await answers(control, masterSocket)));
    if (child.exitCode !== null) throw new Error('it ended');
  } catch (error) {
    await process.stop();
    throw new Error(`HAProxy did not start:\n${output.join('')}`, { cause: error });
  }
  return process;
};

const launch = ([program = '', ...args]: readonly string[], output: string[]): ChildProcess => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (chunk: Buffer) => void output.push(chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return child;
};

const answers = async (control: Controller, masterSocket: string): Promise<boolean> => {
  const master = await nodeSystem.ask(masterSocket, 'show proc\n', 1_000).catch(() => '');
  return master !== '' && (await control.observe()).state === 'running';
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(timer);
};
