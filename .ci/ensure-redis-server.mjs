// The Redis tests start a real redis-server. Where there is none, it is installed from Debian, if that may be.
import { spawnSync } from 'node:child_process';

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const run = (...command) => {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', command, { stdio: 'ignore', env: environment }).status === 0;
};

if (!has('redis-server')) {
  const may = has('apt-get') && process.getuid?.() === 0;
  if (may) console.info('installing redis-server, for the Redis tests');
  const install = ['install', '-qq', '-y', '--no-install-recommends', 'redis-server'];
  if (!may || !run('update', '-qq') || !run(...install)) {
    console.error('There is no redis-server on this machine: install it, or the Redis tests fail.');
  }
}
