import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isAlive, NODE, ProxiedTrial } from './proxied.ts';

let trial: ProxiedTrial;
beforeEach(async () => {
  trial = await ProxiedTrial.open();
});
afterEach(() => trial.close());

const OWN = fileURLToPath(new URL('../..', import.meta.url));

/** The program as its users start it, from its sources, with a command that says `ready` and then waits. */
function start(code: string): ChildProcess {
  const source = ['--conditions=@cached-llm/source', '--import', import.meta.resolve('tsx')];
  const own = [join(OWN, 'bin', 'cached-llm.mjs'), 'run', '--store', 'memory:', '--'];
  const waiting = `${code}; setInterval(() => {}, 1000); console.log('ready ' + process.pid)`;
  return spawn(NODE, [...source, ...own, NODE, '-e', waiting], {
    cwd: trial.folder,
    env: trial.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What a stream of a child says next. */
async function next(stream: ChildProcess['stdout']): Promise<string> {
  if (stream === null) throw new Error('It has no output.');
  const [data] = await once(stream, 'data');
  return String(data);
}

async function ended(child: ChildProcess) {
  const [code, signal] =
    child.exitCode === null ? await once(child, 'exit') : [child.exitCode, null];
  return { code, signal };
}

describe('a signal to the program', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s ends the command, and the program ends by it, too',
    async (signal) => {
      const child = start('');
      const pid = Number((await next(child.stdout)).split(' ')[1]);
      child.kill(signal);
      expect(await ended(child)).toEqual({ code: null, signal });
      expect(isAlive(pid)).toBe(false);
    },
  );

  test('is for the command to obey: its exit code counts', async () => {
    const child = start("process.on('SIGTERM', () => process.exit(6))");
    await next(child.stdout);
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual({ code: 6, signal: null });
  });

  test.each(['SIGUSR2', 'SIGQUIT'] as const)('%s reaches the command', async (signal) => {
    const child = start(`process.on('${signal}', () => process.exit(7))`);
    await next(child.stdout);
    child.kill(signal);
    expect(await ended(child)).toEqual({ code: 7, signal: null });
  });

  test('SIGTERM may be ignored once. The second one ends the command', async () => {
    const child = start("process.on('SIGTERM', () => console.log('ignored'))");
    const pid = Number((await next(child.stdout)).split(' ')[1]);
    child.kill('SIGTERM');
    expect(await next(child.stdout)).toBe('ignored\n');
    expect(isAlive(pid)).toBe(true);
    const errors = child.stderr === null ? '' : text(child.stderr);
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await errors).toContain('The command did not end after SIGTERM.');
    expect(isAlive(pid)).toBe(false);
  });
});
