import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { pause } from '@cached-llm/core/store';

export const REDIS_HOST = '127.0.0.1';

/** Milliseconds to wait for the first answer. */
const PATIENCE = 60_000;

/** The first piece of a server's answer to one command, as text of the wire; empty if the server does not listen. */
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

/** A server that wants a password refuses the ping, and thereby answers. */
async function untilItAnswers(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with code ${child.exitCode}.`);
    const answer = await redisCommand(port, 'PING');
    if (answer !== '' && !answer.startsWith('-LOADING')) return;
    await pause(5);
  }
  throw new Error(`redis-server did not answer within ${PATIENCE} ms.`);
}

/** Ends a process that this module started. */
export async function endRedis(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/**
 * Lets a server end when this process does, however that happens: by `process.exit`, an uncaught error or a signal. No
 * listener could do so. A shell waits for the end of its input, which is this process's end.
 */
function endWithThisProcess(child: ChildProcess): void {
  const words = ['-c', 'read -r _; kill -9 "$1"', 'end-redis', `${child.pid}`];
  const watcher = spawn('sh', words, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.on('error', () => {}); // a system without a shell
  watcher.unref();
  const { stdin } = watcher;
  if (stdin instanceof Socket) stdin.unref();
  stdin?.on('error', () => {});
  child.once('exit', () => watcher.kill('SIGKILL'));
}

/** Starts a redis-server with exactly these arguments, and waits until it answers on a loopback port. */
export async function spawnRedisServer(
  port: number,
  words: readonly string[],
): Promise<ChildProcess> {
  const child = spawn('redis-server', words, { stdio: 'ignore' });
  await once(child, 'spawn').catch((cause) => {
    throw new Error('redis-server cannot be started: install redis-server.', { cause });
  });
  endWithThisProcess(child);
  await untilItAnswers(child, port).catch(async (error) => {
    await endRedis(child, 'SIGKILL');
    throw error;
  });
  return child;
}
