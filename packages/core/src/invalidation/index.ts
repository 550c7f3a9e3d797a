// What makes an entry invalid or stale before its time is known here: tags, their generations, and a model name that another model answers to.
// It never makes an entry valid again.
// Start at tag-generations.ts.

export { addressTags, callTags, noteServed } from './served-model.ts';
export { MarkerBoard } from './tag-generations.ts';
export {
  applyMarkers,
  EVERYTHING,
  expiredBy,
  generationsOf,
  type Marker,
  type Markers,
  modelTag,
  NO_MARKERS,
  providerTag,
  readMarker,
  staleSince,
  tagsOf,
  userTag,
} from './tag-state.ts';
