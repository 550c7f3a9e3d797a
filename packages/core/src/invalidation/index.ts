// This room knows what makes an entry invalid or stale early: the states of its key and of its tags, and a model name that another
// model answers to.
// It never makes an invalid entry valid again.
// Start at tag-state.ts, then read shared-states.ts; own-states.ts is for the memory of one process.

export { CallTags, headerTags, rememberServedModel, type TagsOfCall } from './call-tags.ts';
export { TagGenerations } from './tag-generations.ts';
export {
  ALL_ENTRIES_TAG,
  generationsOf,
  haveChanged,
  modelTag,
  NO_TAG_STATES,
  namesOf,
  providerTag,
  type TagRow,
  type TagState,
  type TagStates,
  tagsOfEntry,
  userTag,
} from './tag-state.ts';
