import { once } from 'node:events';
import { connect } from 'node:net';

/** What a Redis answers to one inline command, in its own protocol. */
export async function redisSays(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${command}\r\n`);
  const [reply] = await once(socket, 'data');
  socket.destroy();
  return String(reply);
}
