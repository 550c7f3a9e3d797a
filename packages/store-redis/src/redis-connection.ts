import { startDeadline, startInterval } from '@cached-llm/core/store';
import type { RedisClientType } from '@keyv/redis';
import { Outage } from './outage.ts';
import { connect, createRedisClient } from './redis-client.ts';
import { faultCode, RedisUnavailableError } from './redis-errors.ts';
import type { Command } from './redis-servers.ts';
import type { RedisSettings } from './redis-store-options.ts';

export interface ConnectionOptions {
  readonly settings: RedisSettings;
  /** Says where the server is now; called before every attempt to connect. @default the URL of the settings */
  readonly locate?: (() => Promise<string>) | undefined;
  readonly onReady: () => void;
  /** Gets each kind of fault once in an outage, however long it lasts. */
  readonly onFault: (fault: RedisUnavailableError) => void;
}

/** Milliseconds in which a server that is well accepts a connection: a bit less than the socket and the handshake have. */
const patienceOf = ({ connectTimeout, socketTimeout }: RedisSettings): number =>
  0.8 * Math.min(connectTimeout, socketTimeout);

/**
 * The one connection to a server. It starts to connect when it is made, reconnects by itself, and nothing waits for it. It pings
 * while it is connected, and replaces the connection if no answer comes. The client's own pings would keep the process alive, and
 * the socket's own timeout would drop answers that a busy process had no time to read.
 */
export class RedisConnection {
  readonly #options: ConnectionOptions;
  readonly #outage: Outage;
  readonly #stopPings: () => void;
  #url = '';
  #client: RedisClientType;
  #isAccepted = false;
  /** The server has had less than its time to accept the connection, however late the event loop was. */
  #isEarly = false;
  #closing: Promise<void> | undefined;
  #attempt: Promise<void>;
  #unansweredPings = 0;

  constructor(options: ConnectionOptions) {
    const { pingInterval, refusalInterval, url } = options.settings;
    const reconnect = () => {
      this.#attempt = this.#connect();
    };
    this.#options = options;
    this.#client = this.#clientAt(url);
    this.#outage = new Outage({ reconnect, refusalInterval, onFault: options.onFault });
    this.#attempt = this.#connect();
    this.#stopPings = startInterval(pingInterval, () => this.#checkPing());
  }

  /** Another client once the server has moved. */
  get client(): RedisClientType {
    return this.#client;
  }

  get isReady(): boolean {
    return this.#isAccepted && this.#client.isReady;
  }

  /** Settles with the latest attempt to connect. */
  get attempt(): Promise<void> {
    return this.#attempt;
  }

  /**
   * Sends a command. Any reply says that the server is there, and not only the reply to a ping, which may wait behind a
   * thousand commands.
   * @throws RedisUnavailableError while there is no connection
   */
  async send<Reply>(command: Command<Reply>): Promise<Reply> {
    if (!this.isReady) throw new RedisUnavailableError(this.#outage.cause);
    try {
      return await command(this.#client);
    } finally {
      this.#unansweredPings = Math.min(this.#unansweredPings, 1);
    }
  }

  /** Replaces the connection; the operations that wait on it reject. */
  drop(cause: unknown): void {
    if (!this.#client.isReady) return;
    this.#client.destroy();
    this.#fail(cause);
  }

  /** Ends the connection; the operations that wait on it reject. May be called more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #clientAt(url: string): RedisClientType {
    this.#url = url;
    const settings = { ...this.#options.settings, url };
    return createRedisClient(settings).on('error', (error) => {
      if (!this.#isTooEarly(error)) this.#fail(error);
    });
  }

  async #connect(): Promise<void> {
    if (await this.#endsTooEarly()) await this.#connect();
  }

  /** Tries to connect. Resolves to true if the attempt ended before the server had its time. */
  async #endsTooEarly(): Promise<boolean> {
    const { locate, settings, onReady } = this.#options;
    this.#isAccepted = false;
    this.#isEarly = true;
    const cancel = startDeadline(patienceOf(settings), () => {
      this.#isEarly = false;
    });
    try {
      const url = await (locate?.() ?? settings.url);
      if (this.#closing !== undefined) return false;
      if (url !== this.#url) this.#client = this.#clientAt(url);
      await connect(this.#client, settings);
      this.#isAccepted = true;
      this.#outage.end();
      onReady();
    } catch (error) {
      if (this.#client.isOpen) this.#client.destroy(); // the socket was opened, and the commands were refused
      if (this.#isTooEarly(error)) return true;
      this.#fail(error);
    } finally {
      cancel();
      this.#isEarly = false;
    }
    return false;
  }

  /** The socket's own timeout fires also after a time in which the event loop was blocked and could not see the server accept. */
  #isTooEarly(error: unknown): boolean {
    return this.#isEarly && faultCode(error) === 'ETIMEDOUT' && this.#closing === undefined;
  }

  #fail(cause: unknown): void {
    if (this.#closing !== undefined) return;
    const fault = this.#outage.note(cause);
    // The client emits a loss twice, before it has closed and after.
    if (!this.#client.isOpen) this.#outage.reconnectLater(fault);
  }

  /** Counts pings, and not milliseconds: a process that was busy has not listened for an answer. */
  #checkPing(): void {
    const { pingInterval, socketTimeout } = this.#options.settings;
    if (!this.isReady) this.#unansweredPings = 0;
    else if (this.#unansweredPings === 0) void this.#ping();
    else this.#unansweredPings += 1;
    if (this.#unansweredPings <= Math.ceil(socketTimeout / pingInterval)) return;
    this.drop(new Error('Socket timeout: the server does not answer.'));
  }

  async #ping(): Promise<void> {
    this.#unansweredPings = 1;
    await this.#client.ping().catch(() => {}); // a refusal is an answer, and a loss is an event
    this.#unansweredPings = 0;
  }

  async #close(): Promise<void> {
    this.#stopPings();
    this.#outage.stop();
    // The client forgets a socket that is still connecting, and would leave it open.
    if (!this.#client.isReady) await this.#attempt;
    if (this.#client.isOpen) this.#client.destroy();
  }
}
