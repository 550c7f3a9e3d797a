type Chunks<Chunk> = AsyncIterable<Chunk> | Iterable<Chunk>;

/** Reads a stream to its end, and gives all its chunks. */
export async function chunksOf<Chunk>(
  stream: Chunks<Chunk> | PromiseLike<Chunks<Chunk>>,
): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}
