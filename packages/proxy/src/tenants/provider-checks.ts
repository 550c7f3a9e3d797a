/** A request that costs nothing, and that a provider answers with 2xx only to a credential that it accepts. */
export interface CredentialCheck {
  readonly url: URL;
  /** What the provider wants beside the credential. */
  readonly headers: Readonly<Record<string, string>>;
}

interface ProviderCheck {
  readonly hosts: RegExp;
  /** The path, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the provider says so. */
  readonly source: string;
}

/**
 * A list of models is a check only where it is for known callers. OpenRouter, Hugging Face and ollama.com show
 * theirs to everybody, so that it would confirm any key.
 */
const CHECKS: readonly ProviderCheck[] = [
  {
    hosts: /^(\w+\.)?api\.openai\.com$/,
    path: '/v1/models',
    source: 'platform.openai.com/docs/api-reference/models/list',
  },
  {
    hosts: /\.openai\.azure\.com$/,
    path: '/openai/models?api-version=2024-10-21',
    source: 'learn.microsoft.com/rest/api/azureopenai/models/list',
  },
  {
    hosts: /^api\.anthropic\.com$/,
    path: '/v1/models?limit=1',
    headers: { 'anthropic-version': '2023-06-01' },
    source: 'docs.anthropic.com/en/api/models-list',
  },
  {
    hosts: /^generativelanguage\.googleapis\.com$/,
    path: '/v1beta/models?pageSize=1',
    source: 'ai.google.dev/api/models',
  },
  {
    hosts: /^api\.mistral\.ai$/,
    path: '/v1/models',
    source: 'docs.mistral.ai/api (List Available Models)',
  },
  {
    hosts: /^api\.cohere\.(com|ai)$/,
    path: '/v1/models?page_size=1',
    source: 'docs.cohere.com/reference/list-models',
  },
  {
    hosts: /^api\.groq\.com$/,
    path: '/openai/v1/models',
    source: 'console.groq.com/docs/api-reference (List models)',
  },
  {
    hosts: /^openrouter\.ai$/,
    path: '/api/v1/key',
    source: 'openrouter.ai/docs/api-reference/limits',
  },
  {
    hosts: /^api\.deepseek\.com$/,
    path: '/user/balance',
    source: 'api-docs.deepseek.com/api/get-user-balance',
  },
  { hosts: /^api\.x\.ai$/, path: '/v1/api-key', source: 'docs.x.ai/docs/api-reference' },
];

/**
 * The cheap check of a provider: a GET. Undefined where none is known, as for a server of your own: then the call is made,
 * and its answer says whether the credential works.
 *
 * @param asked the URL of the caller's request, of which the query may hold the credential
 */
export function checkFor(asked: URL): CredentialCheck | undefined {
  const found = CHECKS.find(({ hosts }) => hosts.test(asked.hostname));
  if (found === undefined) return undefined;
  const url = new URL(found.path, asked.origin);
  const key = asked.searchParams.get('key');
  if (key !== null) url.searchParams.set('key', key);
  return { url, headers: found.headers ?? {} };
}
