import { anthropic } from '@cached-llm/anthropic/adapter';
import { cohere } from '@cached-llm/cohere/adapter';
import type { Adapter } from '@cached-llm/core/adapter';
import { google } from '@cached-llm/google/adapter';
import { mistral } from '@cached-llm/mistral/adapter';
import { ollama } from '@cached-llm/ollama/adapter';
import { groq, openai } from '@cached-llm/openai/adapter';

/** The adapters, by the names that a route may have. */
export const ADAPTERS: Readonly<Record<string, Adapter>> = {
  openai,
  anthropic,
  google,
  mistral,
  cohere,
  groq,
  ollama,
};

/** A provider, as a client is set up for it. */
export interface Provider {
  readonly name: string;
  /** What stands in the place of {@link url} in the base URL of a client. */
  readonly path: string;
  /** The base URL that its clients have without a proxy. */
  readonly url: string;
  readonly adapter: Adapter | undefined;
  /** The environment variables from which clients of it, in any language, read their base URL. */
  readonly variables: readonly string[];
}

/** Each provider that has a route of its own, with the sources of its variables. */
export const PROVIDERS: readonly Provider[] = [
  {
    name: 'openai',
    path: '/openai/v1',
    url: 'https://api.openai.com/v1',
    adapter: openai,
    // openai/openai-node src/client.ts, openai/openai-python src/openai/_client.py; the second: openai-python before 1.0
    variables: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
  },
  {
    name: 'anthropic',
    path: '/anthropic',
    url: 'https://api.anthropic.com',
    adapter: anthropic,
    // anthropics/anthropic-sdk-typescript src/client.ts, anthropics/anthropic-sdk-python src/anthropic/_client.py
    variables: ['ANTHROPIC_BASE_URL'],
  },
  {
    name: 'google',
    path: '/google',
    url: 'https://generativelanguage.googleapis.com',
    adapter: google,
    // googleapis/js-genai src/_base_url.ts, googleapis/python-genai google/genai/_base_url.py
    variables: ['GOOGLE_GEMINI_BASE_URL'],
  },
  {
    name: 'mistral',
    path: '/mistral',
    url: 'https://api.mistral.ai',
    adapter: mistral,
    variables: [],
  },
  {
    name: 'cohere',
    path: '/cohere',
    url: 'https://api.cohere.com',
    adapter: cohere,
    // cohere-ai/cohere-python src/cohere/client.py
    variables: ['CO_API_URL'],
  },
  {
    name: 'groq',
    path: '/groq',
    url: 'https://api.groq.com',
    adapter: groq,
    // groq/groq-typescript src/index.ts, groq/groq-python src/groq/_client.py
    variables: ['GROQ_BASE_URL'],
  },
  {
    name: 'ollama',
    path: '/ollama',
    url: 'http://127.0.0.1:11434',
    adapter: ollama,
    // ollama/ollama envconfig/config.go, ollama/ollama-python ollama/_client.py
    variables: ['OLLAMA_HOST'],
  },
  {
    name: 'openrouter',
    path: '/openrouter/api/v1',
    url: 'https://openrouter.ai/api/v1',
    adapter: openai,
    variables: [],
  },
];
