import type { IncomingHttpHeaders } from 'node:http';
import { digest } from '@cached-llm/core/adapter';

/** The headers that say who asks. */
const CREDENTIALS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'] as const;

/** Whose entries a request may have: a digest of its credential, so that callers with different keys share nothing. */
export function tenantScope(headers: IncomingHttpHeaders): string {
  return digest(JSON.stringify(CREDENTIALS.map((name) => headers[name] ?? null)));
}
