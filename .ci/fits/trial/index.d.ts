export interface Packages {
  core: typeof import('@cached-llm/core');
  openai?: { cachedOpenAI: unknown; OpenAI: unknown };
  store?: unknown;
  /** A new server, where the environment can start none. */
  server?: { readonly url: string };
}
/** Makes the calls, and resolves to a sentence that says which. Throws at the first that is not as it should be. */
export function trial(packages: Packages): Promise<string>;
/** The two builds of a package are one. */
export function isOne(one: object, other: object): boolean;
/** OpenAI on this machine; each of its answers says how many there were. */
export function startServer(): Promise<{
  readonly url: string;
  readonly requests: readonly string[];
  close(): void;
}>;
/** What works in which runtime; see runtimes.js. */
export const RUNTIMES: readonly string[];
export const CAPABILITIES: Readonly<Record<string, readonly string[]>>;
export function tryInMemory(core: Packages['core']): Promise<void>;
export function tryStore(core: Packages['core'], options: object): Promise<void>;
export function tryRuntime(runtime: {
  core: Packages['core'];
  redis: string;
  folder: string;
  runCli(words: readonly string[]): Promise<string>;
}): Promise<void>;
