import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Adapter } from '@cached-llm/core';
import { Failure } from '../terminal/exit.ts';

/** Adapters that live in another's package. */
const HOMES: ReadonlyMap<string, string> = new Map([['groq', 'openai']]);

/** The application's own first: its version makes the keys that its calls look for. */
function located(name: string): string | undefined {
  for (const home of [join(process.cwd(), 'index.js'), import.meta.url]) {
    try {
      return createRequire(home).resolve(name);
    } catch {
      // not from there: the next one
    }
  }
  return undefined;
}

function isAdapter(value: unknown): value is Adapter {
  const adapter = value as Partial<Adapter> | undefined; // looked at, not trusted
  return typeof adapter?.provider === 'string' && typeof adapter.rejects === 'function';
}

/** The adapter of that name: `openai`, `anthropic`, `groq`. @throws {Failure} where its package is not installed */
export async function namedAdapter(name: string): Promise<Adapter> {
  const home = `@cached-llm/${HOMES.get(name) ?? name}`;
  const path = /^[a-z][a-z-]*$/.test(name) ? located(home) : undefined;
  if (path === undefined)
    throw new Failure(`The adapter ${name} is not installed: npm install ${home}`);
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
  const adapter = module[name];
  if (!isAdapter(adapter)) throw new Failure(`${home} has no adapter ${name}.`);
  return adapter;
}
