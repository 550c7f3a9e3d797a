import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Where the head of a response ends. */
const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** The head of a response, and how its body ends. */
class Reply {
  #start: Buffer | undefined;
  #left = Number.POSITIVE_INFINITY;
  #isChunked = false;
  #tail = Buffer.alloc(0);

  /** Takes the next bytes of the connection. True if the response has ended. @throws for another status than 200 */
  take(bytes: Buffer): boolean {
    if (this.#left !== Number.POSITIVE_INFINITY || this.#isChunked) return this.#takeBody(bytes);
    const head = this.#start === undefined ? bytes : Buffer.concat([this.#start, bytes]);
    const end = head.indexOf(HEAD_END);
    if (end < 0) {
      this.#start = head;
      return false;
    }
    this.#readHead(head.toString('latin1', 0, end));
    return this.#takeBody(head.subarray(end + HEAD_END.length));
  }

  #readHead(head: string): void {
    if (!head.startsWith('HTTP/1.1 200')) throw new Error(`A response begins with ${head}.`);
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    this.#isChunked = length === undefined;
    if (length !== undefined) this.#left = Number(length);
  }

  #takeBody(bytes: Buffer): boolean {
    if (!this.#isChunked) {
      this.#left -= bytes.length;
      return this.#left <= 0;
    }
    const last = Buffer.concat([this.#tail, bytes.subarray(-LAST_CHUNK.length)]);
    this.#tail = last.subarray(-LAST_CHUNK.length);
    return this.#tail.equals(LAST_CHUNK);
  }
}

/** One connection to a server, which asks again and again. It is no client of a library, because that would cost more than a hit. */
export class Connection {
  readonly #socket: Socket;
  #reply = new Reply();
  #end: { resolve(): void; reject(error: unknown): void } | undefined;
  /** When the first byte of the current response came. */
  #firstByteAt = 0;
  readonly #pause: number;

  /** @param pause milliseconds for which a slow reader reads nothing after each read */
  private constructor(socket: Socket, pause: number) {
    this.#socket = socket;
    this.#pause = pause;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', (error) => this.#end?.reject(error));
    socket.on('close', () => this.#end?.reject(new Error('The server closed the connection.')));
  }

  static async open({ hostname, port }: URL, pause = 0): Promise<Connection> {
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new Connection(socket, pause);
  }

  /** Resolves when the whole response has come, to the milliseconds until its first byte. */
  async ask(request: Buffer): Promise<number> {
    const startedAt = performance.now();
    this.#reply = new Reply();
    this.#firstByteAt = 0;
    await new Promise<void>((resolve, reject) => {
      this.#end = { resolve, reject };
      this.#socket.write(request);
    });
    return this.#firstByteAt - startedAt;
  }

  close(): void {
    this.#end = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#firstByteAt === 0) this.#firstByteAt = performance.now();
    try {
      if (this.#reply.take(bytes)) this.#end?.resolve();
    } catch (error) {
      this.#end?.reject(error);
    }
    if (this.#pause === 0) return;
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), this.#pause);
  }
}

/** Opens many connections, of which not all fit into a server's queue at once. */
export async function openConnections(url: URL, count: number, pause = 0): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < count) {
    const some = Math.min(100, count - connections.length);
    const opened = Array.from({ length: some }, () => Connection.open(url, pause));
    connections.push(...(await Promise.all(opened)));
  }
  return connections;
}
