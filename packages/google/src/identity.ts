import { type Fields, isFields, isGiven } from '@cached-llm/core';

/** What the answer does not depend on, on the wire and in the SDK's `config`. All else is in the key. */
export const ignore = [
  'labels', // for the account's own bills: the model never sees them
  'config.labels',
  'store', // whether the provider logs the request for its project
  'config.store',
  'serviceTier', // the same model behind another queue
  'config.serviceTier',
  'config.abortSignal', // never sent
  'config.httpOptions.timeout', // how long to wait, and how often to try
  'config.httpOptions.retryOptions',
] as const;

const GENERATES =
  /\/([^/]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents|predict|countTokens)$/;

/**
 * Methods that generate, embed (`predict` on Vertex AI), and count tokens, which one request has one of.
 * Files, caches, batches and the like pass by, and so does the Interactions API: it keeps the conversation.
 */
export function answers(path: string): boolean {
  return GENERATES.test(path);
}

/** On the wire the model is in the path: `/v1beta/models/gemini-x:generateContent`. */
export function modelOf(_request: Fields, url?: URL): string | undefined {
  return GENERATES.exec(url?.pathname ?? '')?.[1];
}

/** It goes on from a checkpoint that the provider keeps. */
export function isStateful(request: Fields): boolean {
  const { continuationToken } = { ...configOf(request), ...request };
  return isGiven(continuationToken);
}

/** Tools that this side runs; what any other tool finds depends on time or on state elsewhere. */
const OWN_TOOLS = new Set([
  'functionDeclarations',
  'function_declarations',
  'computerUse',
  'computer_use',
]);

export function usesHostedTool(request: unknown): boolean {
  if (!isFields(request)) return false;
  const { tools } = { ...configOf(request), ...request };
  const isHosted = (tool: unknown) =>
    isFields(tool) &&
    Object.entries(tool).some(([name, value]) => isGiven(value) && !OWN_TOOLS.has(name));
  return Array.isArray(tools) && tools.some(isHosted);
}

function configOf(request: Fields): Fields {
  return isFields(request.config) ? request.config : {};
}
