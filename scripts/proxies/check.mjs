import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';

/** Throws unless a proxy accepts a small configuration; for nginx, one with http and with stream. */
export function checkRuns({ proxy, binary, modules }) {
  const folder = mkdtempSync(join(tmpdir(), 'meteor-lb-check-'));
  try {
    const file = join(folder, `${proxy}.conf`);
    if (proxy === 'nginx') {
      writeFileSync(file, nginxConfig(folder, modules));
      run(binary, ['-t', '-q', '-e', 'stderr', '-p', folder, '-c', file]);
    } else {
      writeFileSync(file, haproxyConfig(folder));
      run(binary, ['-vv']);
      run(binary, ['-c', '-f', file]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Debian's nginx has absolute paths under /var built in: each must be given, or only root with nginx installed can test.
function nginxConfig(folder, modules) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${name};`,
  );
  return `load_module ${modules}/ngx_stream_module.so;
pid nginx.pid;
lock_file nginx.lock;
events {}
stream { server { listen unix:${folder}/stream.sock; proxy_pass unix:${folder}/http.sock; } }
http { access_log off; ${temporary.join(' ')} server { listen unix:${folder}/http.sock; } }
`;
}

function haproxyConfig(folder) {
  return `defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend web
  bind unix@${folder}/web.sock
  default_backend nodes
backend nodes
  server node 127.0.0.1:9
`;
}
