import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isFields } from '@cached-llm/core/adapter';
import { fileFailure, UsageFailure } from '../terminal/index.ts';

export interface NamedUpstream {
  readonly url: string;
  readonly adapter?: string;
  /** A URL that accepts or refuses a key, and costs nothing. */
  readonly check?: string;
}

export type Upstreams = Readonly<Record<string, NamedUpstream>>;

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

/** What a value must be, and how it may look. */
interface Kind {
  readonly is: 'string' | 'number' | 'boolean' | 'list' | 'object';
  readonly example: string;
}

const text = (example: string): Kind => ({ is: 'string', example: JSON.stringify(example) });
const BOOLEAN: Kind = { is: 'boolean', example: 'true' };
const URL_EXAMPLE = 'https://host/v1';

/** Names of settings in a file. */
const SETTINGS: Readonly<Record<string, Kind>> = {
  store: text('./llm.db'),
  namespace: text('team'),
  ttl: text('1h'),
  host: text('127.0.0.1'),
  port: { is: 'number', example: '4141' },
  shared: BOOLEAN,
  trust: text('1h'),
  tokenFile: text('./token'),
  folder: text('__llm__'),
  pace: text('instant'),
  quiet: BOOLEAN,
  scrub: { is: 'list', example: '["Jane Doe"]' },
  allowedOrigin: { is: 'list', example: '["https://app.example.com"]' },
  upstreams: { is: 'object', example: `{"mine": {"url": "${URL_EXAMPLE}"}}` },
};

/** Names in one of the upstreams. */
const OF_UPSTREAM: Readonly<Record<string, Kind>> = {
  url: text(URL_EXAMPLE),
  adapter: text('openai'),
  check: text('/models'),
};

const kindOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value);

/** @throws {UsageFailure} for a name that does not exist, and for a value of another kind */
function check(found: object, kinds: Readonly<Record<string, Kind>>, where: string): void {
  for (const [name, value] of Object.entries(found)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const known = Object.keys(kinds).join(', ');
      throw new UsageFailure(
        `${where} has a setting ${name}, which does not exist. There are: ${known}.`,
      );
    }
    if (kindOf(value) === kind.is) continue;
    throw new UsageFailure(
      `${name} in ${where} is a ${kindOf(value)}, and must be a ${kind.is}, such as ${kind.example}.`,
    );
  }
}

function checkUpstreams(upstreams: object, path: string): void {
  for (const [name, upstream] of Object.entries(upstreams)) {
    const where = `the upstream ${name} in ${path}`;
    if (!isFields(upstream) || upstream.url === undefined) {
      throw new UsageFailure(`${where} has no url. Write {"url": "${URL_EXAMPLE}"}.`);
    }
    check(upstream, OF_UPSTREAM, where);
  }
}

/** @throws {UsageFailure} for a file that cannot be read, or that says what nobody understands */
export async function readSettings(path: string, folder: string): Promise<FileSettings> {
  const content = await readFile(resolve(folder, path), 'utf8').catch((cause) => {
    throw fileFailure(`The settings in ${path} cannot be read`, cause);
  });
  let settings: unknown;
  try {
    settings = JSON.parse(content);
  } catch (cause) {
    throw new UsageFailure(`${path} is no JSON: ${(cause as Error).message}`, { cause }); // of JSON.parse
  }
  if (!isFields(settings)) throw new UsageFailure(`${path} has no settings: { "ttl": "1h" }.`);
  check(settings, SETTINGS, path);
  if (isFields(settings.upstreams)) checkUpstreams(settings.upstreams, path);
  return settings; // `check` has looked at each
}
