import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LlmCache } from '@cached-llm/core';
import { LiveFeed, type Store, type StoredEntry } from '@cached-llm/core/store';
import { apiOf, type RunVerb, StoreCount } from './api/index.ts';
import { EntryIndex } from './entries/index.ts';
import { newToken, readAssets, serve } from './server/index.ts';

/** What a page is over, and where it is served. */
export interface StudioOptions {
  /** The cache over the store. It stays open until its owner closes it. */
  readonly cache: LlmCache;
  /** The store itself, in which processes note their calls. */
  readonly store: Store;
  /** The verbs of the command line, on the same store and namespace. */
  readonly run: RunVerb;
  /** The line that the command line exports for an entry. */
  readonly lineOf: (entry: StoredEntry) => string;
  /** What the page says of its store: its address without a password, and the namespace. */
  readonly place: { readonly store: string; readonly namespace: string };
  /** @default any free port */
  readonly port?: number | undefined;
  /** Refuses all that changes a store. @default false */
  readonly isReadOnly?: boolean | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** A page that is served. */
export interface Studio {
  /** The address to open, with its token. Whoever has it may see and change what is stored. */
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const HOSTS = [HOST, 'localhost', '[::1]'] as const;

/** Where the built page is: beside the bundle, beside the folder of its chunks, and in dist where this runs from its sources. */
const PLACES = ['page/', '../page/', '../../page/', '../dist/page/'] as const;

function pageFolder(): string {
  const folders = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const folder = folders.find((each) => existsSync(`${each}page.js`));
  if (folder === undefined) throw new Error('The page is not built. Run: pnpm build');
  return folder;
}

/**
 * Serves a page over a store, on this machine alone.
 *
 * @throws where the port is taken
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { port = 0, isReadOnly = false, now = () => Date.now(), ...parts } = options;
  const { cache, store } = parts;
  const gate = { token: newToken(), hosts: HOSTS };
  const index = new EntryIndex(cache, now);
  const { namespace } = parts.place;
  const priceOf: LlmCache['priceOf'] = (...answer) => cache.priceOf(...answer);
  const feed = new LiveFeed({ store, namespace, priceOf });
  const count = new StoreCount(parts.run, now);
  const api = apiOf({ ...parts, index, count, feed, isReadOnly });
  const assets = readAssets(pageFolder());
  const serving = await serve({ gate, assets, api }, { host: HOST, port });
  return {
    url: `http://${HOST}:${serving.port}/?token=${gate.token}`,
    close: () => serving.close(),
  };
}
