import { connect } from 'node:net';

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
