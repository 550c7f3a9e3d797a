import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { RedisClientType } from '@keyv/redis';

const SOCKETS = 'net.client.socket';
const ignore = (): void => {};

function listenToErrors(message: unknown): void {
  // As Node.js documents what it publishes on this channel.
  (message as { readonly socket: Socket }).socket.on('error', ignore);
}

/**
 * Connects. The client listens to the first error of its socket only; a TLS socket of Node.js 24 tells of a
 * second one when the server refuses the client's certificate, and an error that nobody listens to ends the
 * process. The client makes its socket in the call itself, so no other's is touched.
 */
export function connectClient(client: RedisClientType): Promise<RedisClientType> {
  subscribe(SOCKETS, listenToErrors);
  try {
    return client.connect();
  } finally {
    unsubscribe(SOCKETS, listenToErrors);
  }
}
