import { certificate } from '../support/certificate.ts';
import type { Machine } from '../support/judge.ts';
import type { Json, Written } from './written.ts';

/** The machine that a description is for: what it names is there. */
export const machineOf = ({ listen, apps, nginx, haproxy, runtimeDir }: Written): Machine => {
  const tls = list(listen).map((listener) => object(object(listener).tls));
  const all = Object.values(object(apps)).map(object);
  return {
    files: new Map([
      ...tls
        .flatMap(({ certificate: file, key }) => texts(file, key))
        .map((file) => [file, certificate] as const),
      ...all
        .flatMap(({ maintenance }) => texts(object(maintenance).page))
        .map((file) => [file, PAGE] as const),
    ]),
    folders: [
      ...texts(runtimeDir),
      ...texts(object(haproxy).socket).map((socket) => socket.replace(/\/[^/]*$/, '')),
    ],
    streamModules: texts(...list(object(nginx).modules)),
    users: texts(object(nginx).user, object(haproxy).user),
    hosts: all
      .flatMap(({ nodes }) => list(nodes))
      .flatMap((node) =>
        typeof node === 'string' ? [node.replace(/:[0-9]+$/, '')] : texts(object(node).host),
      )
      .filter((host) => !/[:[]|^[0-9.]+$/.test(host)),
  };
};

const PAGE = '<h1>Back soon</h1>\n';

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const object = (value: Json | undefined): Written =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Written) : {};

const texts = (...values: readonly (Json | undefined)[]): readonly string[] =>
  values.filter((value) => typeof value === 'string');
