import { count, type Given, span, text, texts } from '../command-line/options.ts';
import { headerFlag, headersOf } from '../input/headers.ts';
import type { Host } from '../terminal/host.ts';

const BASE_URL = 'https://api.openai.com/v1';

export const warmFlags = {
  baseUrl: text('<url>', `of the API (or OPENAI_BASE_URL; default ${BASE_URL})`),
  path: text('<path>', 'below it (default chat/completions)'),
  adapter: text('<name>', 'whose keys it makes (default openai)'),
  concurrency: count('<count>', 'requests under way at once (default 4)'),
  header: headerFlag,
  ttl: span('--ttl', 'how long the answers are fresh'),
  tag: texts('<tag>', 'to invalidate them by, as often as needed'),
} as const;

/** Where requests are sent, and with what. */
export interface WarmPlace {
  readonly baseUrl: string;
  /** Below it, for lines that do not say. */
  readonly path: string;
  readonly headers: Headers;
}

export function warmPlace(given: Given<typeof warmFlags>, { environment }: Host): WarmPlace {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: named } = environment;
  const { baseUrl = named ?? BASE_URL, path = 'chat/completions' } = given;
  const headers = headersOf(given.header);
  if (key && !headers.has('authorization')) headers.set('authorization', `Bearer ${key}`);
  return { baseUrl, path, headers };
}
