export { type CachedGoogleOptions, cachedGoogle, google } from './google.ts';
