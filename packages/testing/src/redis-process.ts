import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const HOST = '127.0.0.1';
const PATIENCE = 10_000;

/** What the server says to a ping, or nothing where it does not listen yet. */
function ping(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.write('PING\r\n'));
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
    const answer = await ping(port);
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

/** A redis-server of its own that keeps nothing, answering on a loopback port. */
export async function spawnRedis(
  port: number,
  folder: string,
  more: readonly string[],
): Promise<ChildProcess> {
  const own = ['--port', `${port}`, '--bind', HOST, '--dir', folder];
  const child = spawn('redis-server', [...own, '--save', '', '--appendonly', 'no', ...more], {
    stdio: 'ignore',
  });
  await started(child);
  await untilItAnswers(child, port).catch(async (error) => {
    await endRedis(child, 'SIGKILL');
    throw error;
  });
  return child;
}
