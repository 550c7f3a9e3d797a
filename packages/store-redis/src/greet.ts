import type { RedisClientType } from '@keyv/redis';
import { connectClient } from './connect-client.ts';
import { faultCode } from './fault-code.ts';
import { within } from './within.ts';

/**
 * Connects, and sees whether the client is let in: a server that wants a password takes a connection without one,
 * and refuses every command; one that is loading its data does so for a while. A user who may not ping has been let in.
 * @throws what the server says
 */
export async function greet(client: RedisClientType, patience: number): Promise<void> {
  const connected = await connectClient(client);
  try {
    await within(patience, connected.ping());
  } catch (error) {
    if (faultCode(error) !== 'NOPERM') throw error;
  }
}
