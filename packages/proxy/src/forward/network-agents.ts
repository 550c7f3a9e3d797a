import {
  type Agent,
  type AgentOptions,
  Agent as HttpAgent,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, connect as tcpConnect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import {
  type NetworkProxy,
  proxyCredential,
  proxyRefusal,
  unreachableProxy,
} from './network-proxy.ts';

/** What Node.js asks an agent to connect to. */
interface Destination {
  readonly host?: string | null | undefined;
  readonly port?: number | string | null | undefined;
}

type Connect = (destination: Destination) => Promise<Duplex>;

const isSecure = ({ url }: NetworkProxy) => url.protocol === 'https:';

/** Where a proxy of the network listens. */
function addressOf(proxy: NetworkProxy) {
  const { hostname, port } = proxy.url;
  const host = hostname.replace(/^\[(.*)\]$/, '$1'); // IPv6
  return { host, port: Number(port || (isSecure(proxy) ? 443 : 80)) };
}

/** An agent whose connections are made by a function. Node.js keeps them and hands them out as it does with all others. */
function agentOf(agent: Agent, connect: Connect): Agent {
  agent.createConnection = (destination: Destination, callback) => {
    connect(destination).then(
      (socket) => callback?.(null, socket),
      (error) => callback?.(error, undefined as unknown as Duplex), // a failure has no connection
    );
    return undefined;
  };
  return agent;
}

/** Lets a proxy of the network connect to a host (RFC 9110 §9.3.6). @throws {NetworkProxyFailure} */
function openTunnel(proxy: NetworkProxy, { host, port }: Destination): Promise<Duplex> {
  const path = `${isIP(host ?? '') === 6 ? `[${host}]` : host}:${port}`;
  const headers = ['Host', path, ...proxyCredential(proxy)];
  const open = isSecure(proxy) ? httpsRequest : httpRequest;
  const asked = open({ ...addressOf(proxy), method: 'CONNECT', path, headers, agent: false });
  return new Promise((resolve, reject) => {
    asked.once('connect', ({ statusCode = 0 }, socket, first) => {
      const isOpen = statusCode >= 200 && statusCode < 300;
      if (first.length > 0) socket.unshift(first);
      if (isOpen) return resolve(socket);
      socket.destroy();
      reject(proxyRefusal(proxy, path, statusCode));
    });
    asked.on('error', (error) => reject(unreachableProxy(proxy, error)));
    asked.end();
  });
}

/** An agent for upstreams with TLS, to which a proxy of the network opens a tunnel. */
export function secureTunnels(proxy: NetworkProxy, options: AgentOptions): Agent {
  const agent = new HttpsAgent(options);
  const handshake = agent.createConnection.bind(agent);
  return agentOf(agent, async (destination) => {
    const within = { ...destination, socket: await openTunnel(proxy, destination) };
    return handshake(within) as Duplex; // it returns its connection
  });
}

/** The same for upstreams without TLS. */
export function plainTunnels(proxy: NetworkProxy, options: AgentOptions): Agent {
  return agentOf(new HttpAgent(options), (destination) => openTunnel(proxy, destination));
}

/** An agent whose connections end at the proxy of the network, which is asked for whole URLs (RFC 9112 §3.2.2). */
export function connectionsTo(proxy: NetworkProxy, options: AgentOptions): Agent {
  const address = addressOf(proxy);
  const servername = isIP(address.host) === 0 ? address.host : undefined;
  return agentOf(new HttpAgent(options), () => {
    const socket = isSecure(proxy) ? tlsConnect({ ...address, servername }) : tcpConnect(address);
    return new Promise((resolve, reject) => {
      socket.once(isSecure(proxy) ? 'secureConnect' : 'connect', () => resolve(socket));
      socket.once('error', (error) => reject(unreachableProxy(proxy, error)));
    });
  });
}
