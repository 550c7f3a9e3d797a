import { isBuiltin } from 'node:module';
import { commandsIn, programOf } from './commands.ts';
import type { Page } from './page.ts';

const IMPORTED = /(?:\bfrom|\bimport|\brequire\()\s*['"]([^'".][^'"]*)['"]/g;

const packageOf = (name: string) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** The packages that the install commands of a page name. */
export function installedBy({ blocks }: Page): Set<string> {
  const installs = blocks
    .flatMap(commandsIn)
    .filter((command) => /^(npm|pnpm|yarn|bun) (i|install|add) /.test(command))
    .flatMap((command) => programOf(`_ ${command}`).words.slice(2));
  return new Set(
    installs.filter((word) => !word.startsWith('-')).map((word) => word.replace(/(?<=.)@.*$/, '')),
  );
}

/** The packages that a program imports. */
export function packagesIn(code: string): string[] {
  const names = [...code.matchAll(IMPORTED)].map(([, name = '']) => name);
  const isRuntimes = (name: string) => isBuiltin(name) || name.includes(':'); // cloudflare:workers
  return [...new Set(names.filter((name) => !isRuntimes(name)).map(packageOf))];
}

const STORES: ReadonlyMap<string, RegExp> = new Map([
  ['@cached-llm/store-sqlite', /['"`]sqlite:/],
  ['@cached-llm/store-redis', /(?:store|tiers)\b.*['"`](?:redis|valkey)s?:/],
]);

/** The packages of the stores that a program opens by a URL. */
export const storesIn = (code: string): string[] =>
  [...STORES].flatMap(([name, url]) => (url.test(code) ? [name] : []));
