import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import {
  type Adapter,
  type CallIdentity,
  identify,
  isFields,
  type LlmCache,
  type Policy,
  resolvePolicy,
} from '@cached-llm/core';
import { httpIdentity, readRequest } from '@cached-llm/http';
import { namedAdapter } from '../input/adapter.ts';
import { headersOf } from '../input/headers.ts';
import { Failure, UsageFailure } from '../terminal/exit.ts';
import type { Host } from '../terminal/host.ts';

/** How the request of a file is asked. */
export interface Asking {
  readonly url?: string | undefined;
  readonly adapter?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly scope?: string | undefined;
}

const FORM =
  'Write { "provider": …, "operation": …, "request": … } as for cache.keyOf, or a body to post and --url.';

async function readText(path: string, { stdin }: Host): Promise<string> {
  if (path === '-') return readAll(stdin);
  return readFile(path, 'utf8').catch((cause) => {
    throw new Failure(`${path} cannot be read.`, { cause });
  });
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${path} is no JSON.`); // the error's own message quotes the file
  }
}

interface Reading {
  readonly body: string;
  readonly given: unknown;
  readonly adapter: Adapter | undefined;
  readonly policy: Policy;
}

function ownIdentity({ given, adapter, policy }: Reading): CallIdentity {
  const provider = isFields(given) ? (given.provider ?? adapter?.provider) : undefined;
  if (!isFields(given) || typeof provider !== 'string' || given.request === undefined) {
    throw new UsageFailure(FORM);
  }
  // Whatever else stands beside them is in the key, as it is.
  const { request, ...rest } = given as Omit<CallIdentity, 'provider'>;
  return identify({ ...rest, request, provider, adapter }, policy);
}

async function postedIdentity(url: string, header: Asking['header'], reading: Reading) {
  const { body, adapter, policy } = reading;
  const request = await readRequest(url, { method: 'POST', headers: headersOf(header), body });
  if (request === undefined) {
    throw new UsageFailure('No cache touches such a post: it is a JSON object, sent over http.');
  }
  const identity = httpIdentity(request, adapter, policy);
  if (!('bypass' in identity)) return identity;
  throw new Failure(`This request goes past the cache: ${identity.bypass}.`);
}

/** The identity of the request in a file: that of a post to a URL, or one of the user's own making. */
export async function askedIdentity(
  path: string,
  { url, adapter: name, header, scope }: Asking,
  { host, cache }: { readonly host: Host; readonly cache: LlmCache },
): Promise<CallIdentity> {
  const body = await readText(path, host);
  const given = parsed(body, path);
  const adapter = name === undefined ? undefined : await namedAdapter(name);
  const policy = resolvePolicy(cache.policy, { scope: scope || undefined });
  const reading = { body, given, adapter, policy };
  return url === undefined ? ownIdentity(reading) : postedIdentity(url, header, reading);
}
