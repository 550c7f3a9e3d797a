import { freePort } from '../test-environment/free-port.ts';
import { type TemporaryFolder, temporaryFolder } from '../test-environment/temporary-folder.ts';
import { spawnRedis } from './redis-process.ts';
import { RedisServer } from './redis-server.ts';

export interface RedisServerOptions {
  /** More arguments of `redis-server`, as in `['--requirepass', 'secret']`. */
  readonly arguments?: readonly string[];
  /** @default a free one */
  readonly port?: number;
}

const ATTEMPTS = 3;

interface Place {
  readonly folder: TemporaryFolder;
  readonly more: readonly string[];
  /** Nothing for a free one; another process may take that meanwhile, so it is tried again. */
  readonly port: number | undefined;
}

async function start({ folder, more, port: fixed }: Place, attempt: number): Promise<RedisServer> {
  const port = fixed ?? (await freePort());
  try {
    const child = await spawnRedis(port, folder.path, more);
    return new RedisServer({ child, port, folder, more });
  } catch (error) {
    if (attempt >= ATTEMPTS || fixed !== undefined) throw error;
    return start({ folder, more, port: fixed }, attempt + 1);
  }
}

/**
 * Starts a `redis-server` that keeps nothing on disk, and waits until it answers.
 * @throws Error where the program is not installed or does not start
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await temporaryFolder();
  try {
    return await start({ folder, more: options.arguments ?? [], port: options.port }, 1);
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
