import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CacheOptions,
  createLlmCache,
  type LlmCache,
  optionsFromEnvironment,
  type Store,
} from '@cached-llm/core';
import type { Session } from '../command-line/session.ts';
import { Failure, UsageFailure } from '../terminal/exit.ts';
import { maskedUrl } from './masked-url.ts';
import { openedStore, type Purpose } from './opened-store.ts';

export interface OpenedCache {
  readonly cache: LlmCache;
  readonly store: Store;
  /** Fit to be shown. */
  readonly url: string;
}

/** Milliseconds for a store to show that it is there. */
const PATIENCE = 1_500;
const NO_STORE =
  'No store is named. Write --store sqlite:./llm.db or --store redis://localhost:6379, or set CACHED_LLM_STORE.';

async function secretsIn(path: string | undefined): Promise<Pick<CacheOptions, 'secrets'>> {
  if (path === undefined) return {};
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new Failure(`The secrets in ${path} cannot be read.`, { cause });
  });
  return { secrets: text.split(/\r?\n/).filter((line) => line !== '') };
}

/** A person waits longer than a call does, and a look is not to be taken for a miss. */
async function cacheOptions({ host, globals }: Session): Promise<CacheOptions> {
  const environment = optionsFromEnvironment(host.environment);
  const { namespace = environment.namespace } = globals;
  const secrets = await secretsIn(globals.secretFile);
  return { ...environment, ...secrets, namespace, mode: 'read-write', storeTimeout: '30s' };
}

async function reach({ store, url }: OpenedCache, secretUrl: string): Promise<void> {
  const silence = delay(PATIENCE, undefined, { ref: false }).then(() => {
    throw new Error('it does not answer.');
  });
  try {
    await Promise.race([store.get('cached-llm:probe'), silence]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`${url} cannot be reached: ${reason.replaceAll(secretUrl, url)}`);
  }
}

/** Opens the store that is meant, and closes it after use, whatever happens. */
export async function withCache<Result>(
  session: Session,
  purpose: Purpose,
  use: (opened: OpenedCache) => Promise<Result>,
): Promise<Result> {
  const given = session.globals.store ?? session.host.environment.CACHED_LLM_STORE;
  if (!given) throw new UsageFailure(NO_STORE);
  const options = await cacheOptions(session);
  const store = await openedStore(given, purpose);
  const cache = createLlmCache({ ...options, store, now: session.host.now });
  const faults: string[] = [];
  cache.on('store-error', ({ operation, reason }) => faults.push(`${operation} (${reason})`));
  try {
    const opened = { cache, store, url: maskedUrl(given) };
    await reach(opened, given);
    const result = await use(opened);
    if (faults.length > 0)
      throw new Failure(`The store failed: ${[...new Set(faults)].join(', ')}.`);
    return result;
  } finally {
    await cache.close();
  }
}
