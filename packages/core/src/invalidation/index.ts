// What makes an entry invalid or stale before its time is known here: tags, their generations, and a model name that another model answers to.
// It never makes an entry valid again.
// Start at tag-generations.ts.

export { allTagsOfCall, rememberServedModel, tagsOfCall } from './served-model.ts';
export { TagGenerations } from './tag-generations.ts';
export {
  ALL_ENTRIES_TAG,
  applyExpiry,
  applyTagStates,
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
