type Chunks<Chunk> = AsyncIterable<Chunk> | Iterable<Chunk>;

/** Everything that a stream gives, once it has ended. */
export async function chunksOf<Chunk>(
  stream: Chunks<Chunk> | PromiseLike<Chunks<Chunk>>,
): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}
