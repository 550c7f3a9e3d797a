import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Duration } from '@cached-llm/core';
import { isFields } from '@cached-llm/core/adapter';
import { toMilliseconds } from '@cached-llm/core/store';
import { duration, type OptionValues, type Session, text, texts } from '../command-line/index.ts';
import { Failure, UsageFailure } from '../terminal/index.ts';

/** The options of every command that starts a proxy. */
export const upstreamOptions = {
  upstream: texts('<name=url>', 'upstream to add or replace: openai=https://host/v1; repeatable'),
  adapter: texts('<name=adapter>', 'adapter of an upstream: mine=openai; repeatable'),
  config: text('<file>', 'JSON file with settings, by the names of the options'),
} as const;

/** The options of the commands that keep answers in a store. */
export const storingOptions = {
  ttl: duration('how long the answers stay fresh (default 7d)'),
  ...upstreamOptions,
} as const;

interface NamedUpstream {
  readonly url: string;
  readonly adapter?: string;
  /** A URL that accepts or refuses a key, and costs nothing. */
  readonly check?: string;
}

export type Upstreams = Readonly<Record<string, NamedUpstream>>;

/** Names of settings in a file, with the kind of their values. */
const KINDS = {
  store: 'string',
  namespace: 'string',
  ttl: 'string',
  host: 'string',
  port: 'number',
  shared: 'boolean',
  trust: 'string',
  tokenFile: 'string',
  folder: 'string',
  pace: 'string',
  quiet: 'boolean',
  scrub: 'list',
  allowedOrigin: 'list',
  upstreams: 'object',
} as const;
type Name = keyof typeof KINDS;

const kindOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value);

/** What a file says; each setting has the kind that it must have. */
export interface FileSettings {
  readonly store?: string;
  readonly namespace?: string;
  readonly ttl?: string;
  readonly host?: string;
  readonly port?: number;
  readonly shared?: boolean;
  readonly trust?: string;
  readonly tokenFile?: string;
  readonly folder?: string;
  readonly pace?: string;
  readonly quiet?: boolean;
  readonly scrub?: readonly string[];
  readonly allowedOrigin?: readonly string[];
  readonly upstreams?: Upstreams;
}

function check(settings: Readonly<Record<string, unknown>>, path: string): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(KINDS, name)) {
      const known = Object.keys(KINDS).join(', ');
      throw new UsageFailure(
        `${path} has a setting ${name}, which does not exist. There are: ${known}.`,
      );
    }
    const kind = KINDS[name as Name]; // it is one of them
    if (kindOf(value) === kind) continue;
    throw new UsageFailure(`${name} in ${path} is a ${kindOf(value)}, and must be a ${kind}.`);
  }
}

/** @throws {UsageFailure} for a file that cannot be read, or that says what nobody understands */
async function readSettings(path: string, folder: string): Promise<FileSettings> {
  const content = await readFile(resolve(folder, path), 'utf8').catch((cause) => {
    throw new Failure(`The settings in ${path} cannot be read.`, { cause });
  });
  let settings: unknown;
  try {
    settings = JSON.parse(content);
  } catch (cause) {
    throw new UsageFailure(`${path} is no JSON: ${(cause as Error).message}`, { cause }); // of JSON.parse
  }
  if (!isFields(settings)) throw new UsageFailure(`${path} has no settings: { "ttl": "1h" }.`);
  check(settings, path);
  return settings; // `check` has looked at each
}

function pairs(
  given: readonly string[] = [],
  name: string,
): readonly (readonly [string, string])[] {
  return given.map((pair) => {
    const at = pair.indexOf('=');
    if (at > 0 && at < pair.length - 1) return [pair.slice(0, at), pair.slice(at + 1)];
    throw new UsageFailure(
      `${name} cannot be ${JSON.stringify(pair)}. Write a name, = and a value.`,
    );
  });
}

/** The upstreams of the file, and those of the command line, which count before. */
function upstreamsOf(options: OptionValues<typeof upstreamOptions>, file: FileSettings): Upstreams {
  const upstreams: Record<string, NamedUpstream> = { ...file.upstreams };
  for (const [name, url] of pairs(options.upstream, '--upstream')) {
    upstreams[name] = { ...upstreams[name], url };
  }
  for (const [name, adapter] of pairs(options.adapter, '--adapter')) {
    const upstream = upstreams[name];
    if (upstream === undefined) {
      throw new UsageFailure(
        `--adapter names ${name}, and there is no --upstream ${name}=https://….`,
      );
    }
    upstreams[name] = { ...upstream, adapter };
  }
  return upstreams;
}

/** The ttl of a file, in milliseconds. @throws {LlmCacheError} where it is no duration */
export function readTtl({ ttl }: FileSettings): number | undefined {
  return ttl === undefined ? undefined : toMilliseconds(ttl as Duration, 'ttl'); // which refuses what is none
}

/** What is set for a command that starts a proxy. */
export interface Settings {
  readonly file: FileSettings;
  readonly upstreams: Upstreams;
  /** The session, with the store and the namespace of the file where the command line names none. */
  readonly session: Session;
}

/** Reads the file of settings, if there is one. @throws {Failure} */
export async function settingsOf(
  session: Session,
  options: OptionValues<typeof upstreamOptions>,
): Promise<Settings> {
  const { host, globals } = session;
  const path = options.config;
  const file = path === undefined ? {} : await readSettings(path, host.folder);
  const { store = file.store, namespace = file.namespace } = globals;
  return {
    file,
    upstreams: upstreamsOf(options, file),
    session: { ...session, globals: { ...globals, store, namespace } },
  };
}
