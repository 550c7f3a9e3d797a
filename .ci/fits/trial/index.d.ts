export interface Packages {
  core: typeof import('@cached-llm/core');
  openai?: { cachedOpenAI: unknown; OpenAI: unknown };
  store?: unknown;
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
