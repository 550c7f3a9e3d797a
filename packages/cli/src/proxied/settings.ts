import type { Duration } from '@cached-llm/core';
import { toMilliseconds } from '@cached-llm/core/store';
import { duration, type OptionValues, type Session, text, texts } from '../command-line/index.ts';
import { UsageFailure } from '../terminal/index.ts';
import {
  type FileSettings,
  type NamedUpstream,
  readSettings,
  type Upstreams,
} from './settings-file.ts';

/** The options of every command that starts a proxy. */
export const upstreamOptions = {
  upstream: texts('<name=url>', 'upstream to add or replace: openai=https://host/v1; repeatable'),
  adapter: texts('<name=adapter>', 'adapter of an upstream: mine=openai; repeatable'),
  config: text('<file>', 'JSON file with settings, by the names of the options'),
} as const;

/** The options of the commands that store answers. */
export const storingOptions = {
  ttl: duration('how long the answers stay fresh (default 7d)'),
  ...upstreamOptions,
} as const;

function pairs(
  given: readonly string[] = [],
  name: string,
): readonly (readonly [string, string])[] {
  return given.map((pair) => {
    const at = pair.indexOf('=');
    if (at > 0 && at < pair.length - 1) return [pair.slice(0, at), pair.slice(at + 1)];
    const example = name === '--adapter' ? 'mine=openai' : 'mine=https://host/v1';
    throw new UsageFailure(`${name} cannot be ${JSON.stringify(pair)}. Write ${name} ${example}.`);
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
        `--adapter names ${name}, which has no upstream. Write --upstream ${name}=https://host/v1, too.`,
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
