export { type ObserveOptions, observeCache } from './observe-cache.ts';
