// The Redis tests start a real redis-server, and the tests of the studio's page a real Chromium. Where there is none, it is
// installed from Debian, if that may be.
import { spawnSync } from 'node:child_process';

const NEEDED = [
  { program: 'redis-server', without: 'the Redis tests fail' },
  { program: 'chromium', without: "the tests of the studio's page do not run" },
];

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const run = (...command) => {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', command, { stdio: 'ignore', env: environment }).status === 0;
};

const may = has('apt-get') && process.getuid?.() === 0;
for (const { program, without } of NEEDED.filter((each) => !has(each.program))) {
  if (may) console.info(`installing ${program}, for the tests`);
  const install = ['install', '-qq', '-y', '--no-install-recommends', program];
  if (!may || !run('update', '-qq') || !run(...install)) {
    console.error(`There is no ${program} on this machine: install it, or ${without}.`);
  }
}
