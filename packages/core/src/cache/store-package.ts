import { pathToFileURL } from 'node:url';
import { LlmCacheError } from '../options/index.ts';
import { loadStoreFailures, type Store } from '../store/index.ts';

interface StorePackage {
  openStore(url: string): Store;
}

interface InstalledPackage {
  readonly name: string;
  readonly path: string;
  readonly howToInstall: (name: string) => string;
}

/** The package is there, and something that it imports is missing, or is too old. */
async function unusablePackage({ name, howToInstall }: InstalledPackage, cause: unknown) {
  const { failureCode } = await loadStoreFailures();
  const message = cause instanceof Error ? cause.message : '';
  const [, lacking = name] = /(?:package|module) '(?!file:|\/)([^']+)'/.exec(message) ?? [];
  const what = `The package ${name} cannot be loaded (${failureCode(cause)}), because ${lacking} is missing or too old.`;
  const remedy = `${what} ${howToInstall(lacking)}`;
  const error = new LlmCacheError('STORE_PACKAGE_MISSING', remedy, { cause });
  return Object.assign(error, { isPermanent: true, remedy });
}

const COMMON_JS = /([\\/]dist[\\/])cjs[\\/]/;

/** A path is found as `require` finds it, which is that of the CommonJS build. An ES module loads the other build. */
function buildBeside(path: string): string {
  return COMMON_JS.test(String(import.meta.url)) ? path : path.replace(COMMON_JS, '$1');
}

/** Loads the package of a store. Its failure has one event, and makes no call fail. */
export async function loadStorePackage(installed: InstalledPackage): Promise<StorePackage> {
  try {
    const path = buildBeside(installed.path);
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ pathToFileURL(path).href);
  } catch (cause) {
    throw await unusablePackage(installed, cause);
  }
}
