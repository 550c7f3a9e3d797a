// Loaded into the process of a snippet before it. Requests to the providers, and to Ollama on this machine, go to the local
// server, and connections to Redis go to a server that was started for the snippet. Nothing reaches another machine. A port on
// which the snippet listens is a free one, which the snippet sees as the port that it asked for, because another test may
// use that port at the same time.
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, Server, Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';

const { SNIPPET_SERVER_URL = '', SNIPPET_REDIS_PORT } = process.env;
const LOCAL = /^(localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0)$/;
const OLLAMA = '11434';
const REDIS = 6379;

const realFetch = globalThis.fetch;

function localUrl(text: string): string | undefined {
  const { hostname, port, pathname, search } = new URL(text);
  if (LOCAL.test(hostname) && port !== OLLAMA) return;
  return `${SNIPPET_SERVER_URL}${pathname}${search}`;
}

globalThis.fetch = async (input, init) => {
  const isRequest = input instanceof Request;
  const url = localUrl(isRequest ? input.url : String(input));
  if (url === undefined) return realFetch(input, init);
  return realFetch(isRequest ? new Request(url, input) : url, init);
};

type Callback = (response: IncomingMessage) => void;

/** A request of `node:https`, such as that of a proxy, as one of `node:http` to the local server. */
function requestLocally(...words: (string | URL | RequestOptions | Callback | undefined)[]) {
  const options = words.map((word) => {
    if (typeof word === 'string' || word instanceof URL) return urlToHttpOptions(new URL(word));
    return typeof word === 'function' ? {} : word;
  });
  const { hostname, port } = new URL(SNIPPET_SERVER_URL);
  const local = { protocol: 'http:', hostname, host: hostname, port, agent: undefined };
  const callback = words.find((word) => typeof word === 'function');
  return http.request(Object.assign({}, ...options, local), callback);
}
https.request = requestLocally;
syncBuiltinESMExports();

interface Target {
  port?: number | string;
  host?: string;
}

/** The ports on which the snippet listens, by the ports that it asked for. */
const listening = new Map<number, number>();

/** The options of a connection, which Node passes in an array of its own, or as the first argument. */
function targetOf([first, host]: readonly unknown[]): Target {
  if (Array.isArray(first)) return targetOf(first);
  if (typeof first === 'object' && first !== null) return first; // the options of `connect`
  return { port: Number(first), ...(typeof host === 'string' ? { host } : {}) };
}

const realConnect = Socket.prototype.connect;

function connectLocally(this: Socket, ...words: [never]): Socket {
  const target = targetOf(words);
  const port = Number(target.port);
  const local = listening.get(port) ?? (port === REDIS ? Number(SNIPPET_REDIS_PORT) : undefined);
  if (local !== undefined) [target.port, target.host] = [local, '127.0.0.1'];
  if (!LOCAL.test(target.host ?? 'localhost')) {
    process.nextTick(() => this.destroy(new Error(`The snippet connects to ${target.host}.`)));
    return this;
  }
  return realConnect.apply(this, words);
}
Socket.prototype.connect = connectLocally;

const { listen: realListen, address: realAddress } = Server.prototype;
const asked = new WeakMap<Server, number>();

function listenOnFreePort(this: Server, ...words: unknown[]): Server {
  const [first] = words;
  const port = Number(typeof first === 'object' && first !== null ? targetOf(words).port : first);
  if (!(port > 0)) return realListen.apply(this, words as [number]); // as it was called
  asked.set(this, port);
  this.prependOnceListener('listening', () => {
    const { port: free } = realAddress.call(this) as AddressInfo; // it listens on TCP
    listening.set(port, free);
  });
  const rest = typeof first === 'object' ? [{ ...first, port: 0 }] : [0];
  return realListen.apply(this, [...rest, ...words.slice(1)] as [number]); // with another port
}
Server.prototype.listen = listenOnFreePort;
Server.prototype.address = function addressAsAsked(this: Server) {
  const address = realAddress.call(this);
  const port = asked.get(this);
  if (port === undefined || address === null || typeof address === 'string') return address;
  return { ...address, port };
};
