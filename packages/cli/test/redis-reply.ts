import { once } from 'node:events';
import { connect } from 'node:net';

/** The reply of a Redis server to one inline command, in the text of the protocol. */
export async function redisReply(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${command}\r\n`);
  const [reply] = await once(socket, 'data');
  socket.destroy();
  return String(reply);
}
