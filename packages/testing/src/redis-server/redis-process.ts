import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { REDIS_HOST, redisCommand } from './redis-command.ts';

const PATIENCE = 60_000;

/** A server that wants a password refuses the ping, and thereby answers. */
async function untilItAnswers(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with code ${child.exitCode}.`);
    const answer = await redisCommand(port, 'PING');
    if (answer !== '' && !answer.startsWith('-LOADING')) return;
    await delay(5);
  }
  throw new Error(`redis-server did not answer within ${PATIENCE} ms.`);
}

function started(child: ChildProcess): Promise<unknown> {
  return once(child, 'spawn').catch((cause) => {
    throw new Error('redis-server cannot be started: install redis-server.', { cause });
  });
}

/** Ends a process that this module started. */
export async function endRedis(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** A redis-server with these arguments alone, answering on a loopback port. */
export async function spawnRedisServer(
  port: number,
  words: readonly string[],
): Promise<ChildProcess> {
  const child = spawn('redis-server', words, { stdio: 'ignore' });
  await started(child);
  await untilItAnswers(child, port).catch(async (error) => {
    await endRedis(child, 'SIGKILL');
    throw error;
  });
  return child;
}

/** A redis-server of its own that keeps nothing. */
export function spawnRedis(
  port: number,
  folder: string,
  more: readonly string[],
): Promise<ChildProcess> {
  const own = ['--port', `${port}`, '--bind', REDIS_HOST, '--dir', folder];
  return spawnRedisServer(port, [...own, '--save', '', '--appendonly', 'no', ...more]);
}
