import { join } from 'node:path';

/** What differs between the proxies: how one runs in the foreground, reads its file anew, and logs a request. */
export const targets = {
  nginx: {
    file: 'nginx.conf',
    args: (folder, config) => ['-e', 'stderr', '-p', folder, '-c', config, '-g', 'daemon off;'],
    reloadSignal: 'SIGHUP',
    accessLog: (folder) => join(folder, 'nginx-access.log'),
    loggedNode: (line) => / node=(\w+) stick=/.exec(line)?.[1],
  },
  haproxy: {
    file: 'haproxy.cfg',
    args: (_folder, config) => ['-W', '-db', '-f', config],
    reloadSignal: 'SIGUSR2',
    accessLog: () => null, // on stdout
    loggedNode: (line) => / todos(?:\.keyed)?\/(\w+) /.exec(line)?.[1],
  },
};
