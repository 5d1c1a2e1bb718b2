import { type ChildProcess, spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { freePorts } from './free-port.ts';
import { until } from './until.ts';

/** A DNS server of a test's own. */
export interface Dnsmasq {
  /** `127.0.0.1:5353` */
  readonly server: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts dnsmasq with options of its command line, on loopback; it knows and asks nothing else. */
export const startDnsmasq = async (options: readonly string[], onPort?: number): Promise<Dnsmasq> => {
  const [free = 0] = await freePorts(1);
  const port = onPort ?? free;
  const server = `127.0.0.1:${port}`;
  const child = spawn(
    '/usr/sbin/dnsmasq',
    [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--listen-address=127.0.0.1',
      '--bind-interfaces',
      '--user=',
      '--pid-file',
      '--log-facility=-',
      `--port=${port}`,
      '--host-record=ready.test,127.0.0.9',
      ...options,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.once('error', (error) => {
    said += error.message;
  });
  try {
    await until(async () => {
      if (child.exitCode !== null || child.pid === undefined) throw new Error(`dnsmasq ended: ${said}`);
      return answers(server);
    });
  } catch (error) {
    await end(child);
    throw error;
  }
  return { server, port, stop: () => end(child) };
};

const answers = (server: string): Promise<boolean> => {
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([server]);
  return resolver.resolve4('ready.test').then(
    () => true,
    () => false,
  );
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};
