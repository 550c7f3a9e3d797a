import { readBaseUrl } from './base-url.ts';

/** A variable from which clients read their base URL. */
interface Variable {
  readonly name: string;
  readonly route: string;
  /** What follows the base URL of the route in its value. @default nothing */
  readonly path?: string;
}

/**
 * The variables that clients read, in any language, in the order in which they count. The sources are files of their
 * repositories. Two are left out, because clients read different URLs in them: `GROQ_API_BASE` (langchain-ai/langchain
 * libs/partners/groq without a path, BerriAI/litellm with `/openai/v1`) and `COHERE_API_BASE` (BerriAI/litellm, the whole
 * URL of one operation). The SDKs of Mistral, and those of Cohere but Python's, read no such variable.
 */
const VARIABLES: readonly Variable[] = [
  // openai-python src/openai/_client.py, openai-node src/client.ts, openai-go client.go, openai-java ClientOptions.kt,
  // 64bit/async-openai src/config.rs, vercel/ai packages/openai, BerriAI/litellm litellm/main.py, promptfoo
  { name: 'OPENAI_BASE_URL', route: 'openai' },
  // openai-python before 1.0, langchain-ai/langchain libs/partners/openai, BerriAI/litellm litellm/main.py, Aider-AI/aider
  { name: 'OPENAI_API_BASE', route: 'openai' },
  // promptfoo src/providers/openai
  { name: 'OPENAI_API_BASE_URL', route: 'openai' },
  // anthropic-sdk-python src/anthropic/_client.py, anthropic-sdk-typescript src/client.ts, anthropic-sdk-go client.go,
  // Claude Code, promptfoo, vercel/ai packages/anthropic (with `/v1`, which the route puts in)
  { name: 'ANTHROPIC_BASE_URL', route: 'anthropic' },
  // langchain-ai/langchain libs/partners/anthropic, langchainjs libs/providers/langchain-anthropic
  { name: 'ANTHROPIC_API_URL', route: 'anthropic' },
  // BerriAI/litellm litellm/llms/anthropic/common_utils.py
  { name: 'ANTHROPIC_API_BASE', route: 'anthropic' },
  // python-genai google/genai/_base_url.py, js-genai src/_base_url.ts, go-genai base_url.go, google-gemini/gemini-cli
  { name: 'GOOGLE_GEMINI_BASE_URL', route: 'google' },
  // promptfoo src/providers/google
  { name: 'GOOGLE_API_BASE_URL', route: 'google' },
  // langchain-ai/langchain libs/partners/mistralai/langchain_mistralai/chat_models.py
  { name: 'MISTRAL_BASE_URL', route: 'mistral', path: '/v1' },
  // BerriAI/litellm litellm/llms/mistral, which takes it with `/v1` and without
  { name: 'MISTRAL_API_BASE', route: 'mistral', path: '/v1' },
  // promptfoo src/providers/mistral
  { name: 'MISTRAL_API_BASE_URL', route: 'mistral', path: '/v1' },
  // cohere-python src/cohere/client.py
  { name: 'CO_API_URL', route: 'cohere' },
  // groq-python src/groq/_client.py, groq-typescript src/client.ts
  { name: 'GROQ_BASE_URL', route: 'groq' },
  // ollama envconfig/config.go (its own client), ollama-python ollama/_client.py
  { name: 'OLLAMA_HOST', route: 'ollama' },
  // langchainjs libs/providers/langchain-ollama, promptfoo src/providers/ollama
  { name: 'OLLAMA_BASE_URL', route: 'ollama' },
  // BerriAI/litellm litellm/llms/ollama
  { name: 'OLLAMA_API_BASE', route: 'ollama' },
  // OpenRouterTeam/typescript-sdk src/lib/config.ts
  { name: 'OPENROUTER_BASE_URL', route: 'openrouter' },
  // BerriAI/litellm litellm/llms/openrouter
  { name: 'OPENROUTER_API_BASE', route: 'openrouter' },
];

/** Clients of Azure read the URL of their own resource: there is none until somebody names it. */
const OF_AZURE = [
  'AZURE_OPENAI_ENDPOINT', // openai-python src/openai/lib/azure.py, openai-node src/azure.ts, langchain-ai/langchain
  'AZURE_API_BASE', // BerriAI/litellm litellm/llms/azure
] as const;

/** The names of the variables from which clients read the base URL of a route. */
export function variablesOf(route: string): readonly string[] {
  return VARIABLES.filter((each) => each.route === route).map(({ name }) => name);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Upstreams by the names of their routes, as the options of a proxy take them. */
type NamedUpstreams = Readonly<Record<string, { readonly url: string; readonly adapter?: string }>>;

const OLLAMA_PORT = '11434';
const LOCAL = '127.0.0.1';

/** As Ollama reads it: a URL, or a host, a port or both of them. A server listens at 0.0.0.0, and no client calls that. */
function ollamaUrl(text: string): string {
  if (text.includes('://')) return text;
  const [host = '', port = OLLAMA_PORT] = text.split(/:(?=\d+$)/);
  return `http://${host === '' || host === '0.0.0.0' ? LOCAL : host}:${port}`;
}

/** @throws {LlmCacheError} `INVALID_OPTION` */
function checkedUrl(name: string, url: string): string {
  readBaseUrl(name, url);
  return url;
}

function urlIn({ route, path = '' }: Variable, value: string): string {
  const url = (route === 'ollama' ? ollamaUrl(value) : value).replace(/\/+$/, '');
  return path !== '' && url.endsWith(path) ? url.slice(0, -path.length) : url;
}

const AZURE_HOST = /^[a-z0-9-]+\.(openai|cognitiveservices|services\.ai)\.azure\.com$/i;
/** The route of a resource of Azure whose host is not one of Azure's. */
const OWN_AZURE = 'azure-endpoint';

function azureIn(environment: Environment): string | undefined {
  const name = OF_AZURE.find((each) => environment[each]);
  return name && checkedUrl(name, (environment[name] ?? '').replace(/\/+$/, ''));
}

const isOfAzure = (url: string) => URL.canParse(url) && AZURE_HOST.test(new URL(url).host);

/**
 * Where the clients go that run in this environment, as far as its variables say so: their upstreams behind a proxy.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` for a variable that holds no base URL
 */
export function upstreamsIn(environment: Environment): NamedUpstreams {
  const given = VARIABLES.filter(({ name }) => environment[name]);
  const named = given.map((each) => [
    each.route,
    { url: checkedUrl(each.name, urlIn(each, environment[each.name] ?? '')) },
  ]);
  const azure = azureIn(environment);
  const own = azure !== undefined && !isOfAzure(azure);
  return {
    ...Object.fromEntries(named.toReversed()), // the first of several counts
    ...(own && { [OWN_AZURE]: { url: azure, adapter: 'openai' } }),
  };
}

/** A route of a running proxy. */
interface RunningRoute {
  readonly name: string;
  readonly url: string;
}

interface RunningProxy {
  readonly url: string;
  readonly routes: readonly RunningRoute[];
}

function azureUrl({ url, routes }: RunningProxy, azure: string): string | undefined {
  if (isOfAzure(azure)) return `${url}/azure/${new URL(azure).host}`;
  return routes.find(({ name }) => name === OWN_AZURE)?.url;
}

/**
 * The variables with which clients go to a proxy that was started with the {@link upstreamsIn} of this environment, by
 * their names. Those of a route that the proxy lacks are left out.
 */
export function proxiedVariables(
  proxy: RunningProxy,
  environment: Environment = {},
): Readonly<Record<string, string>> {
  const urls = new Map(proxy.routes.map(({ name, url }) => [name, url]));
  const known = VARIABLES.filter(({ route }) => urls.has(route));
  const azure = azureIn(environment);
  const ofAzure = azure === undefined ? undefined : azureUrl(proxy, azure);
  return Object.fromEntries([
    ...known.map(({ name, route, path = '' }) => [name, `${urls.get(route)}${path}`]),
    ...OF_AZURE.flatMap((name) => (ofAzure === undefined ? [] : [[name, ofAzure]])),
  ]);
}
