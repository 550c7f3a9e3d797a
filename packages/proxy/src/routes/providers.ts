import { anthropic } from '@cached-llm/anthropic/adapter';
import { cohere } from '@cached-llm/cohere/adapter';
import type { Adapter } from '@cached-llm/core/adapter';
import { google } from '@cached-llm/google/adapter';
import { mistral } from '@cached-llm/mistral/adapter';
import { ollama } from '@cached-llm/ollama/adapter';
import { groq, openai } from '@cached-llm/openai/adapter';
import { variablesOf } from './variables.ts';

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

/** A provider, and how a client is set up to reach it through the proxy. */
export interface Provider {
  readonly name: string;
  /** What stands in the place of {@link url} in the base URL of a client. */
  readonly path: string;
  /** The base URL that its clients have without a proxy. */
  readonly url: string;
  readonly adapter: Adapter | undefined;
  /** Put before paths of these beginnings, which some clients write without it. @default none */
  readonly version?: { readonly path: string; readonly before: RegExp } | undefined;
  /** As a user gives it, with an upstream. */
  readonly check?: string | undefined;
  /** The environment variables from which clients of it, in any language, read their base URL. */
  readonly variables: readonly string[];
}

/** Each provider that has a route of its own. */
export const PROVIDERS: readonly Provider[] = [
  {
    name: 'openai',
    path: '/openai/v1',
    url: 'https://api.openai.com/v1',
    adapter: openai,
    variables: variablesOf('openai'),
  },
  {
    name: 'anthropic',
    path: '/anthropic',
    url: 'https://api.anthropic.com',
    adapter: anthropic,
    // vercel/ai packages/anthropic reads the same variable, and takes the version for a part of it
    version: { path: '/v1', before: /^\/(messages|models)\b/ },
    variables: variablesOf('anthropic'),
  },
  {
    name: 'google',
    path: '/google',
    url: 'https://generativelanguage.googleapis.com',
    adapter: google,
    variables: variablesOf('google'),
  },
  {
    name: 'mistral',
    path: '/mistral',
    url: 'https://api.mistral.ai',
    adapter: mistral,
    variables: variablesOf('mistral'),
  },
  {
    name: 'cohere',
    path: '/cohere',
    url: 'https://api.cohere.com',
    adapter: cohere,
    variables: variablesOf('cohere'),
  },
  {
    name: 'groq',
    path: '/groq',
    url: 'https://api.groq.com',
    adapter: groq,
    variables: variablesOf('groq'),
  },
  {
    name: 'ollama',
    path: '/ollama',
    url: 'http://127.0.0.1:11434',
    adapter: ollama,
    variables: variablesOf('ollama'),
  },
  {
    name: 'openrouter',
    path: '/openrouter/api/v1',
    url: 'https://openrouter.ai/api/v1',
    adapter: openai,
    variables: variablesOf('openrouter'),
  },
];
