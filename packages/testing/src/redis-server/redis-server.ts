import type { ChildProcess } from 'node:child_process';
import {
  freePort,
  type TemporaryFolder,
  temporaryFolder,
} from '../test-environment/temporary-places.ts';
import { endRedis, redisCommand, spawnRedis } from './redis-process.ts';

interface Start {
  readonly child: ChildProcess;
  readonly port: number;
  readonly folder: TemporaryFolder;
  readonly more: readonly string[];
}

/** A real Redis on the loopback address, to be used and mistreated by a test. */
export class RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #more: readonly string[];
  readonly #folder: TemporaryFolder;
  #child: ChildProcess;

  constructor({ child, port, folder, more }: Start) {
    this.port = port;
    this.url = `redis://127.0.0.1:${port}`;
    this.#more = more;
    this.#folder = folder;
    this.#child = child;
  }

  /** Another one after `restart()`. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends the process and removes its folder, as often as you like. Belongs into `afterEach` or `afterAll`. */
  async stop(): Promise<void> {
    await this.kill();
    await this.#folder.remove();
  }

  /** Ends the process, by default as a crash would. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await endRedis(this.#child, signal);
  }

  /** What it says to a command, as it comes over the wire; nothing where it does not listen. */
  command(text: string): Promise<string> {
    return redisCommand(this.port, text);
  }

  /** Holds the process: connections stay open, and nothing answers. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends the process, if it still runs, and starts an empty one on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    this.#child = await spawnRedis(this.port, this.#folder.path, this.#more);
  }
}

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
