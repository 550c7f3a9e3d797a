export { bedrock, type CachedBedrockOptions, cachedBedrock } from './bedrock.ts';
