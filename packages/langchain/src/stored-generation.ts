import { deserializeStoredGeneration, serializeGeneration } from '@langchain/core/caches';
import type { StoredGeneration } from '@langchain/core/messages';
import type { Generation } from '@langchain/core/outputs';

/** LangChain's own form, which leaves `generationInfo` out, and that beside it. */
export interface StoredAnswer {
  readonly generation: StoredGeneration;
  readonly info?: Generation['generationInfo'];
}

export function toStored(generation: Generation): StoredAnswer {
  const { generationInfo: info } = generation;
  const stored = serializeGeneration(generation);
  return info === undefined ? { generation: stored } : { generation: stored, info };
}

/** New objects at each call: LangChain overwrites the usage in what it is given. */
export function fromStored({ generation, info }: StoredAnswer): Generation {
  const revived: Generation = deserializeStoredGeneration(generation);
  return info === undefined ? revived : { ...revived, generationInfo: info };
}
