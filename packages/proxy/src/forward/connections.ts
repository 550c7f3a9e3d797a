import { type Agent, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connectionsTo, plainTunnels, secureTunnels } from './network-agents.ts';
import {
  type NetworkProxy,
  networkProxyFor,
  networkVariables,
  proxyCredential,
} from './network-proxy.ts';

/**
 * An upstream, or a firewall on the way to it, ends an idle connection, and the request that is sent on it meanwhile fails.
 * After this many milliseconds nothing more is sent on one, as in `fetch` of Node.js.
 */
const MOST_IDLE = 4_000;
const KEPT = { keepAlive: true, timeout: MOST_IDLE } as const;

/** A connection that is for one request. */
const ALONE = { keepAlive: false } as const;

/** Where a request is sent, and what it says there. */
interface Sent {
  readonly agent: Agent | false;
  /** What the first line of the request names. */
  readonly path: string;
  /** Names and values of headers for a proxy of the network, in turn. */
  readonly headers: readonly string[];
}

/** A request that is to be sent. */
interface Destined {
  readonly url: URL;
  readonly path: string;
  /** Its connection is for no other request. */
  readonly isAlone: boolean;
}

/** The connections to all upstreams of one proxy, directly or through a proxy of the network. */
export class Connections {
  readonly #variables: ReturnType<typeof networkVariables>;
  readonly #http = new HttpAgent(KEPT);
  readonly #https = new HttpsAgent(KEPT);
  /** Those through proxies of the network, by kind and address. */
  readonly #agents = new Map<string, Agent>();

  /** @param environment where the variables are read that name proxies of the network: once, here */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#variables = networkVariables(environment);
  }

  /** How a request reaches its upstream. @throws {NetworkProxyFailure} */
  to(destined: Destined): Sent {
    const { url, path, isAlone } = destined;
    const proxy = networkProxyFor(url, this.#variables);
    if (proxy !== undefined) return this.#through(proxy, destined);
    const shared = url.protocol === 'http:' ? this.#http : this.#https;
    return { agent: isAlone ? false : shared, path, headers: [] };
  }

  close(): void {
    for (const agent of [this.#http, this.#https, ...this.#agents.values()]) agent.destroy();
  }

  /** Many a proxy opens tunnels to the port of HTTPS alone, so that it is asked for plain URLs as a whole. */
  #through(proxy: NetworkProxy, { url, path, isAlone }: Destined): Sent {
    const isPlain = url.protocol === 'http:';
    if (isPlain && !isAlone) {
      const agent = this.#kept(proxy, connectionsTo);
      return { agent, path: `http://${url.host}${path}`, headers: proxyCredential(proxy) };
    }
    const tunnels = isPlain ? plainTunnels : secureTunnels;
    return {
      agent: isAlone ? tunnels(proxy, ALONE) : this.#kept(proxy, tunnels),
      path,
      headers: [],
    };
  }

  #kept(proxy: NetworkProxy, make: typeof connectionsTo): Agent {
    const name = `${make.name} ${proxy.url.href}`;
    const agent = this.#agents.get(name) ?? make(proxy, KEPT);
    this.#agents.set(name, agent);
    return agent;
  }
}
