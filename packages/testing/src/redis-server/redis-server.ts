import type { ChildProcess } from 'node:child_process';
import { freePort, type TemporaryFolder, temporaryFolder } from '../test-environment/index.ts';
import { endRedis, REDIS_HOST, redisCommand, spawnRedisServer } from './redis-process.ts';

/** Options of `startRedis`: its port and its arguments. */
export interface RedisServerOptions {
  /** More arguments of `redis-server`, as in `['--requirepass', 'secret']`. */
  readonly arguments?: readonly string[];
  /** @default a free port */
  readonly port?: number;
}

/** Where a server runs, and its arguments. */
interface Place {
  readonly port: number;
  readonly folder: TemporaryFolder;
  readonly more: readonly string[];
}

const ATTEMPTS = 3;

function spawnRedis({ port, folder, more }: Place): Promise<ChildProcess> {
  const own = ['--port', `${port}`, '--bind', REDIS_HOST, '--dir', folder.path];
  return spawnRedisServer(port, [...own, '--save', '', '--appendonly', 'no', ...more]);
}

/** A real Redis on the loopback address, which a test may use, stop and damage. */
export class RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #place: Place;
  #child: ChildProcess;

  private constructor(place: Place, child: ChildProcess) {
    this.port = place.port;
    this.url = `redis://${REDIS_HOST}:${place.port}`;
    this.#place = place;
    this.#child = child;
  }

  static async start(place: Place): Promise<RedisServer> {
    return new RedisServer(place, await spawnRedis(place));
  }

  /** The process's id; `restart()` changes it. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends the process and removes its folder; it may be called again. Call it in `afterEach` or `afterAll`. */
  async stop(): Promise<void> {
    await this.kill();
    await this.#place.folder.remove();
  }

  /** Ends the process, by default as a crash would. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await endRedis(this.#child, signal);
  }

  /** The server's answer to a command, as text of the wire; empty if the server does not listen. */
  command(text: string): Promise<string> {
    return redisCommand(this.port, text);
  }

  /** Suspends the process: connections stay open, and the server does not answer. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends the process if it still runs, and starts an empty one on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    this.#child = await spawnRedis(this.#place);
  }
}

/** Another process may take a free port before the server listens on it: then another port is tried. */
async function startOnFreePort(place: Omit<Place, 'port'>, attempt = 1): Promise<RedisServer> {
  try {
    return await RedisServer.start({ ...place, port: await freePort() });
  } catch (error) {
    if (attempt >= ATTEMPTS) throw error;
    return startOnFreePort(place, attempt + 1);
  }
}

/**
 * Starts a `redis-server` that writes nothing to disk, and waits until it answers.
 * @throws Error if the program is not installed or does not start
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { port, arguments: more = [] } = options;
  const folder = await temporaryFolder();
  try {
    if (port === undefined) return await startOnFreePort({ folder, more });
    return await RedisServer.start({ port, folder, more });
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
