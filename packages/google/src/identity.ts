import { type Fields, fieldsOf, isGiven, listOf } from '@cached-llm/core/adapter';

/** What the answer does not depend on, wherever it is asked for. Every other field of a request is in its key. */
export const ignore = [
  'config.abortSignal', // never sent
  'config.httpOptions.timeout', // how long to wait, and how often to retry
  'config.httpOptions.retryOptions',
] as const;

/** What it does not depend on at the provider's own hosts (ai.google.dev/api, cloud.google.com/vertex-ai). A gateway may route by it. */
export const atOwnHosts = {
  hosts: /^generativelanguage\.googleapis\.com$|aiplatform(?:\.(?:us|eu)\.rep)?\.googleapis\.com$/,
  ignore: [
    'labels', // for the account's own bills: the model never sees them
    'config.labels',
    'store', // whether the provider logs the request for its project
    'config.store',
    'serviceTier', // the same model behind another queue
    'config.serviceTier',
  ],
} as const;

const GENERATES =
  /\/([^/]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents|predict|countTokens)$/;

/** Models that make pictures and films, by their names: who asks twice wants two of them. */
const PICTURE_MODEL = /^(imagen|veo|imagegeneration)|-image\b/;

/**
 * Is this a method that generates, embeds (`predict` on Vertex AI) or counts tokens, of which one request
 * has one count? Files, caches, batches and the like bypass the cache, and so does the Interactions API: the
 * provider stores its conversations.
 */
export function answers(path: string): boolean {
  const model = GENERATES.exec(path)?.[1];
  return model !== undefined && !PICTURE_MODEL.test(model);
}

/** Over HTTP the model is in the path: `/v1beta/models/gemini-x:generateContent`. */
export function modelOf(_request: Fields, url?: URL): string | undefined {
  return GENERATES.exec(url?.pathname ?? '')?.[1];
}

/** The fields of a request, whether it is the one on the wire or the one of the SDK with its `config`. */
export function settingsOf(request: unknown): Fields {
  const fields = fieldsOf(request);
  return { ...fieldsOf(fields.config), ...fields };
}

const wantsPicture = (modality: unknown) => /^image$/i.test(String(modality));

/** Does the request continue from a checkpoint that the provider stores, or ask for a picture of its own? */
export function isStateful(request: Fields): boolean {
  const { continuationToken, generationConfig, responseModalities, instances } =
    settingsOf(request);
  const modalities = fieldsOf(generationConfig).responseModalities ?? responseModalities;
  const isPicture = (instance: unknown) => isGiven(fieldsOf(instance).prompt);
  const makesPictures = listOf(modalities).some(wantsPicture) || listOf(instances).some(isPicture);
  return isGiven(continuationToken) || makesPictures;
}
