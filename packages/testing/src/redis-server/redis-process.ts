import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export const REDIS_HOST = '127.0.0.1';

/**
 * The first piece of what a server on the loopback address says to one command, as it comes over the wire; nothing
 * where it does not listen.
 */
export function redisCommand(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, REDIS_HOST, () => socket.write(`${command}\r\n`));
    const end = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (chunk) => end(chunk.toString()));
    socket.once('error', () => end(''));
    socket.once('close', () => end(''));
  });
}

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
