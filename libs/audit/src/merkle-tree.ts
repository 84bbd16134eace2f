// The Merkle tree of RFC 6962 over the leaves of one digest: its root, and for each leaf the proof that it is in there.
// Built level by level, the last node of an odd level going up as it is: the same tree as the RFC's recursion.
import { hash } from 'node:crypto';

export const HASH_BYTES = 32;
const NODE = Buffer.of(0x01);

export interface MerkleTree {
  readonly root: Buffer;
  /** The siblings on the way from leaf `index` to the root, lowest first (RFC 6962, section 2.1.1). */
  proof(index: number): Buffer[];
}

/** Throws for no leaves: a digest is of at least one event. */
export function buildMerkleTree(leaves: readonly Buffer[]): MerkleTree {
  const levels = [leaves];
  let top = leaves;
  while (top.length > 1) {
    top = levelAbove(top);
    levels.push(top);
  }
  const [root] = top;
  if (root === undefined) throw new Error('a Merkle tree needs a leaf');
  return { root, proof: (index) => siblings(levels, index) };
}

function levelAbove(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const left = level[index];
    const right = level[index + 1];
    if (left === undefined) break;
    above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}

function siblings(levels: readonly (readonly Buffer[])[], leaf: number): Buffer[] {
  let index = leaf;
  return levels.flatMap((level) => {
    const sibling = level[index ^ 1];
    index >>= 1;
    return sibling === undefined ? [] : [sibling];
  });
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}
