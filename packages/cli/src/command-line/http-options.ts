import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Adapter } from '@cached-llm/core/adapter';
import { Failure, UsageFailure } from '../terminal/index.ts';
import { texts } from './options.ts';

export const headerOption = texts('<name: value>', 'request header; may be repeated');

/** The headers that every SDK sends and that are part of the key, and the ones of `--header`. */
export function requestHeaders(lines: readonly string[] = []): Headers {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' });
  for (const line of lines) {
    const [name, ...rest] = line.split(':');
    const value = rest.join(':').trim();
    // The message does not repeat the line, which may hold a credential.
    if (!name || value === '') throw new UsageFailure("Write --header as 'name: value'.");
    headers.set(name.trim(), value);
  }
  return headers;
}

/** Adapters that are part of the package of another adapter. */
const PACKAGES: ReadonlyMap<string, string> = new Map([['groq', 'openai']]);

/** The application's own version comes first: it makes the keys that the application's calls look up. */
function resolvePackage(name: string): string | undefined {
  for (const from of [join(process.cwd(), 'index.js'), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // It is not installed there.
    }
  }
  return undefined;
}

function isAdapter(value: unknown): value is Adapter {
  const adapter = value as Partial<Adapter> | undefined; // both fields are checked below
  return typeof adapter?.provider === 'string' && typeof adapter.rejects === 'function';
}

/** The adapter that `--adapter` names, such as `openai`. @throws {Failure} where its package is not installed */
export async function namedAdapter(name: string): Promise<Adapter> {
  const home = `@cached-llm/${PACKAGES.get(name) ?? name}`;
  if (!/^[a-z][a-z-]*$/.test(name)) {
    throw new UsageFailure(
      `${JSON.stringify(name)} is no name of an adapter. Write --adapter openai.`,
    );
  }
  const path = resolvePackage(home);
  if (path === undefined) {
    throw new Failure(`The adapter ${name} is not installed. Run: npm install ${home}`);
  }
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
  const adapter = module[name];
  if (!isAdapter(adapter)) throw new Failure(`${home} has no adapter ${name}.`);
  return adapter;
}
