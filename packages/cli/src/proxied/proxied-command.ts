import type { LlmCache } from '@cached-llm/core';
import { type Ended, exitCodeOf, runChild } from '../child/index.ts';
import type { ExitCode, Host } from '../terminal/index.ts';
import type { Upstreams } from './settings-file.ts';

/** A command whose clients go to a proxy of its own. */
export interface ProxiedCommand {
  readonly words: readonly string[];
  readonly cache: LlmCache;
  readonly upstreams: Upstreams;
  /** Variables that it gets besides. @default none */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** How a proxied command ended. */
export interface ProxiedEnd {
  readonly ended: Ended;
  /** How many requests its proxy got. */
  readonly requests: number;
  /** What was asked for in mode `replay`, and can be in no fixture: `GET /v1/models`. */
  readonly notCalled: readonly string[];
}

/** How long what the command has left behind may go on, in milliseconds. Without an end, the program would not end. */
const CLOSING_TIME = 1_000;

/** What a proxy of the network would be asked for, although it cannot reach this machine's own addresses. */
const LOCAL = '127.0.0.1';

/** A client that goes through a proxy of the network must not do so to reach this one. */
function withoutNetworkProxy({ environment }: Host): Readonly<Record<string, string>> {
  const names = Object.keys(environment);
  if (!names.some((name) => /^(https?|all)_proxy$/i.test(name))) return {};
  const { NO_PROXY: upper, no_proxy: lower } = environment;
  const all = [upper ?? lower, LOCAL].filter(Boolean).join(',');
  return { NO_PROXY: all, no_proxy: all };
}

/**
 * Runs a command, with a proxy on a free port of this machine. The variables that the clients of all languages read lead
 * to it, also in the processes that the command starts. Where one of them is set already, it names the upstream.
 *
 * @throws {Failure} where the command cannot be started
 */
export async function runProxied(command: ProxiedCommand, host: Host): Promise<ProxiedEnd> {
  const { proxiedVariables, startProxy, upstreamsIn } = await import('@cached-llm/proxy');
  const { words, cache, variables = {} } = command;
  const upstreams = { ...upstreamsIn(host.environment), ...command.upstreams };
  let requests = 0;
  const onCall = () => {
    requests += 1;
  };
  const notCalled: string[] = [];
  const onNotCalled = (operation: string) => notCalled.push(operation);
  const { environment: given } = host; // without the exception that the command has for this proxy
  const listeners = { onCall, onNotCalled, environment: given };
  const address = { port: 0, host: LOCAL };
  // The user's own command has the user's own answers: nobody is asked whether a key still works.
  const everybody = { shared: true, trust: Number.POSITIVE_INFINITY };
  const proxy = await startProxy({ cache, ...address, upstreams, ...everybody, ...listeners });
  try {
    const own = { ...variables, ...proxiedVariables(proxy, host.environment) };
    const environment = { ...host.environment, ...withoutNetworkProxy(host), ...own };
    const ended = await runChild({ words, environment }, host);
    const least = cache.stats().requests + notCalled.length;
    return { ended, requests: Math.max(requests, least), notCalled };
  } finally {
    await proxy.close({ within: CLOSING_TIME });
  }
}

/** Lets the program end as the command did: by the same exit code, or by the same signal. */
export function endLike(ended: Ended, host: Host): ExitCode {
  if (ended.signal !== null) host.endBy?.(ended.signal);
  return exitCodeOf(ended);
}
