import { BlockList, isIP, isIPv6 } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy of the network, through which upstreams are called. */
export interface NetworkProxy {
  /** Where it is. It may have a user and a password. */
  readonly url: URL;
  /** The variable that names it. */
  readonly variable: string;
}

/** An upstream cannot be called through the proxy of the network. The message has no password. */
export class NetworkProxyFailure extends Error {
  override readonly name = 'NetworkProxyFailure';
}

/** The first variable counts that is set, the small letters before the large ones, as curl, Python and Go read them. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
};

const EXCEPTIONS = ['no_proxy', 'NO_PROXY'] as const;

/** Of all variables, those that name proxies of the network. To read one of the process takes as long as to find a route. */
export function networkVariables(environment: Environment): Environment {
  const names = [...Object.values(NAMES).flat(), ...EXCEPTIONS];
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}

/** @throws {NetworkProxyFailure} where the variable names no proxy that can be used */
function proxyIn(variable: string, value: string): NetworkProxy {
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return { url, variable };
  const what = `${variable} names no proxy of HTTP, and this proxy can use no other one.`;
  throw new NetworkProxyFailure(
    `${what} Write http://host:port, or name the hosts that need no proxy in NO_PROXY.`,
  );
}

const bare = (host: string) => host.toLowerCase().replace(/^\[|\]$/g, '');

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

function isInNetwork(host: string, [address = '', prefix]: readonly string[]): boolean {
  if (isIP(host) === 0 || isIP(address) === 0 || familyOf(host) !== familyOf(address)) return false;
  const length = Number(prefix);
  if (!Number.isInteger(length) || length < 0 || length > (isIPv6(address) ? 128 : 32))
    return false;
  const network = new BlockList();
  network.addSubnet(address, length, familyOf(address));
  return network.check(host, familyOf(host));
}

/** A host and its subdomains, an address, or a network such as `10.0.0.0/8`. */
function isHostIn(pattern: string, host: string): boolean {
  if (pattern.includes('/')) return isInNetwork(host, pattern.split('/'));
  const name = bare(pattern).replace(/^\*?\./, '');
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

/** `host:8080` names one port. An address of IPv6 has colons, and stands in brackets before a port. */
const WITH_PORT = /^(\[.+\]|[^:]+):(\d+)$/;

function isNamedBy(pattern: string, { hostname, port, protocol }: URL): boolean {
  const [, host = pattern, only] = WITH_PORT.exec(pattern) ?? [];
  const own = port || (protocol === 'https:' ? '443' : '80');
  return (only === undefined || only === own) && isHostIn(host, bare(hostname));
}

/** Does `NO_PROXY` name this URL? Its names stand between commas or spaces, and `*` is all of them. */
function isExcepted(url: URL, { no_proxy: lower, NO_PROXY: upper }: Environment): boolean {
  const patterns = (lower || upper || '').split(/[\s,]+/).filter(Boolean);
  return patterns.some((pattern) => pattern === '*' || isNamedBy(pattern, url));
}

/** No proxy of the network can reach this machine's own addresses. */
function isOwnMachine({ hostname }: URL): boolean {
  const host = bare(hostname);
  return /^127\.|^::1$|^0\.0\.0\.0$|(^|\.)localhost$/.test(host);
}

/**
 * The proxy of the network for an upstream, as the variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say.
 * Undefined for one that is called directly, as each on this machine is.
 *
 * @throws {NetworkProxyFailure} where its variable names no proxy that can be used
 */
export function networkProxyFor(url: URL, environment: Environment): NetworkProxy | undefined {
  const variable = NAMES[url.protocol]?.find((name) => environment[name]);
  if (variable === undefined || isOwnMachine(url) || isExcepted(url, environment)) return undefined;
  return proxyIn(variable, environment[variable] ?? '');
}

/** The header that shows a proxy its user and password, as a name and a value. Empty where it wants none. */
export function proxyCredential({ url: { username, password } }: NetworkProxy): string[] {
  if (username === '' && password === '') return [];
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return ['Proxy-Authorization', `Basic ${Buffer.from(text).toString('base64')}`];
}

const REFUSAL_REMEDIES: Readonly<Record<number, string>> = {
  407: 'Write its user and password into the variable: http://user:password@host:port.',
};

/** The proxy of the network does not open a connection to this host. */
export function proxyRefusal({ variable }: NetworkProxy, host: string, status: number) {
  const what = `The proxy that ${variable} names refused the connection to ${host} with the status ${status}.`;
  const remedy = REFUSAL_REMEDIES[status] ?? 'Ask who runs it, or name the host in NO_PROXY.';
  return new NetworkProxyFailure(`${what} ${remedy}`);
}

/** The proxy of the network cannot be reached. */
export function unreachableProxy(
  { variable }: NetworkProxy,
  { code, message }: NodeJS.ErrnoException,
) {
  const what = `The proxy that ${variable} names cannot be reached (${code ?? message}).`;
  return new NetworkProxyFailure(`${what} Check the variable, and start this proxy again.`);
}
