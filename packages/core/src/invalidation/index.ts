// This room knows what makes an entry invalid or stale before its time: its tags, their generations, and a model name that another model answers to.
// It never makes an invalid entry valid again.
// Start at tag-state.ts, then read tag-generations.ts.

export { CallTags, headerTags, type TagsOfCall } from './call-tags.ts';
export { rememberServedModel } from './served-model.ts';
export { TagGenerations } from './tag-generations.ts';
export {
  ALL_ENTRIES_TAG,
  applyExpiry,
  applyTagStates,
  FIRST_TAG_STATE,
  generationsOf,
  modelTag,
  NO_TAG_STATES,
  parseTagState,
  providerTag,
  staleSince,
  type TagState,
  type TagStates,
  tagsOfEntry,
  userTag,
} from './tag-state.ts';
