import { existsSync } from 'node:fs';
import { run } from './run.mjs';

/**
 * The packages start their proxy on port 80 unless policy-rc.d says no, which Debian provides for this: every
 * maintainer script asks it, under systemd and without. Masking the units instead would leave a trace in /etc and
 * does nothing where there is no systemd. A file that is there already (most container images have one) is set
 * aside and put back; one set aside by a run that was killed is the real one, so it is not overwritten.
 * In a shell of its own, so that it is put back also when node is stopped meanwhile.
 */
const INSTALL = `
policy=/usr/sbin/policy-rc.d
aside=$policy.before-meteor-lb
restore() { rm -f $policy; if [ -e $aside ]; then mv $aside $policy; fi; }
trap restore EXIT
trap 'exit 130' INT TERM HUP
if [ -e $policy ] && [ ! -e $aside ]; then mv $policy $aside; fi
printf '#!/bin/sh\\nexit 101\\n' > $policy
chmod 755 $policy
apt-get -qq update
apt-get -qq -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold install -y --no-install-recommends "$@"
`;

/** Installs Debian packages on this system, or says how to. True when they are installed. */
export function installPackages(packages) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.error(`The tests need these Debian packages: ${packages.join(' ')}. Install them with:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`);
    return false;
  }
  console.log(`installing ${packages.join(' ')}`);
  try {
    run('/bin/sh', ['-e', '-c', INSTALL, 'install', ...packages], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    return true;
  } catch (error) {
    console.error(error.message);
    return false;
  }
}
