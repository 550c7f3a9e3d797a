import { once } from 'node:events';
import type { RedisClientType } from '@keyv/redis';
import { faultCode } from './fault-code.ts';
import type { ClientSettings } from './redis-client.ts';
import { within } from './within.ts';

/**
 * Listens as long as the handshake took. A server refuses a client's certificate after the handshake (TLS 1.3,
 * RFC 8446, section 4.4.2.4), and who writes to it meanwhile may be told `ECONNRESET` in place of its reason.
 */
async function hearOut(client: RedisClientType, milliseconds: number): Promise<void> {
  const signal = AbortSignal.timeout(Math.ceil(milliseconds));
  const [refusal] = await once(client, 'error', { signal }).catch(() => []);
  if (refusal !== undefined) throw refusal;
}

async function connect(client: RedisClientType, isSecure: boolean): Promise<void> {
  const started = performance.now();
  await client.connect();
  if (isSecure) await hearOut(client, performance.now() - started);
}

/**
 * Connects, and sees whether the client is let in: a server that wants a password takes a connection without one,
 * and refuses every command; one that is loading its data does so for a while. A user who may not ping has been let in.
 * @throws what the server says
 */
export async function greet(client: RedisClientType, settings: ClientSettings): Promise<void> {
  await connect(client, settings.tls !== undefined);
  try {
    await within(settings.socketTimeout, client.ping());
  } catch (error) {
    if (faultCode(error) !== 'NOPERM') throw error;
  }
}
