/**
 * This package wires the AWS Bedrock runtime client, so that its repeated commands are answered from a store.
 * It must never sign or change a request: it works in the SDK's middleware, above credentials and transport.
 * Start reading in `bedrock.ts`.
 */
export { bedrock } from './adapter.ts';
export { type CachedBedrockOptions, cachedBedrock } from './bedrock.ts';
export { withControl } from './call-control.ts';
