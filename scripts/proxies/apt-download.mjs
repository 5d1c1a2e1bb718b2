import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianSources } from './apt-sources.mjs';
import { run } from './run.mjs';
import { systemCodename } from './system.mjs';

/**
 * Downloads packages of another Debian suite with all they depend on, and returns the .deb files. apt works in
 * `folder` only: it neither reads nor changes the system's lists, caches and package status, and needs no root.
 */
export function downloadPackages(suite, packages, folder) {
  const sources = debianSources(suite, systemCodename());
  if (sources.length === 0) throw new Error('no source of Debian in /etc/apt to take packages from');
  const failures = [];
  for (const [index, source] of sources.entries()) {
    try {
      return downloadFrom(source, packages, join(folder, `source-${index}`));
    } catch (error) {
      failures.push(error.message);
    }
  }
  throw new Error(failures.join('\n'));
}

function downloadFrom(source, packages, folder) {
  const archives = join(folder, 'cache/archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  mkdirSync(join(folder, 'state/lists/partial'), { recursive: true });
  writeFileSync(join(folder, 'debian.sources'), source);
  // With an empty package status nothing counts as installed, so apt brings every dependency, libc included:
  // no list of library names has to be kept, which differ between releases (libssl3, libssl3t64).
  writeFileSync(join(folder, 'status'), '');
  const config = join(folder, 'apt.conf');
  writeFileSync(config, aptConfig(folder));
  run('apt-get', ['-c', config, '-qq', 'update']);
  run('apt-get', [
    '-c',
    config,
    '-qq',
    '-y',
    'install',
    '--download-only',
    '--no-install-recommends',
    ...packages,
  ]);
  return readdirSync(archives)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name));
}

/** Read after the system's own settings, of which a proxy or an offline mirror's options should stay. */
function aptConfig(folder) {
  return `Dir::Etc::SourceList "${folder}/debian.sources";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "${folder}/state";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}/cache";
#clear APT::Default-Release;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
`;
}
