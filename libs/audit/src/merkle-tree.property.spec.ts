// The tree against the RFC's own recursive definitions, written down as they stand there, and against its published vectors.
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildMerkleTree } from './merkle-tree.js';

const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const leafOf = (data: Buffer): Buffer => sha256(Buffer.of(0), data);
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** The largest power of two below n. */
const splitOf = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

/** RFC 6962, section 2.1: MTH. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0]!;
  const k = splitOf(leaves.length);
  return node(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** RFC 6962, section 2.1.1: PATH. */
function pathOf(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...pathOf(m, left), rootOf(right)] : [...pathOf(m - k, right), rootOf(left)];
}

/** RFC 9162, section 2.1.3.2: the root that a proof leads to; null for one that does not fit. */
function followPath(index: number, size: number, leaf: Buffer, proof: readonly Buffer[]): Buffer | null {
  let [fn, sn, r] = [index, size - 1, leaf];
  for (const p of proof) {
    if (sn === 0) return null;
    if (fn % 2 === 1 || fn === sn) {
      r = node(p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else {
      r = node(r, p);
    }
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 ? r : null;
}

const someLeaves = fc
  .array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })
  .map((all) => all.map((bytes) => leafOf(Buffer.from(bytes))));

describe('the Merkle tree', () => {
  it.each([
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('has the root that Certificate Transparency publishes for its first %i entries', (count, root) => {
    const data = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const leaves = data.slice(0, count).map((hex) => leafOf(Buffer.from(hex, 'hex')));
    expect(buildMerkleTree(leaves).root.toString('hex')).toBe(root);
  });

  it('has the root and the proofs of RFC 6962, for any number of leaves', () => {
    fc.assert(
      fc.property(someLeaves, (leaves) => {
        const tree = buildMerkleTree(leaves);
        expect(tree.root).toEqual(rootOf(leaves));
        leaves.forEach((_, index) => expect(tree.proof(index)).toEqual(pathOf(index, leaves)));
      }),
      { seed: 20_260_302 },
    );
  });

  it('has proofs that lead from their leaf to the root, and from no other leaf and at no other place', () => {
    fc.assert(
      fc.property(someLeaves, fc.nat(), fc.nat(), (leaves, a, b) => {
        const tree = buildMerkleTree(leaves);
        const index = a % leaves.length;
        const other = b % leaves.length;
        const proof = tree.proof(index);
        expect(followPath(index, leaves.length, leaves[index]!, proof)).toEqual(tree.root);
        expect(followPath(index, leaves.length, leafOf(Buffer.from('other')), proof)).not.toEqual(tree.root);
        if (other === index) return;
        const elsewhere = followPath(other, leaves.length, leaves[index]!, proof);
        // Two leaves that are the same, side by side, have each other's place.
        if (!leaves[index]!.equals(leaves[other]!)) expect(elsewhere).not.toEqual(tree.root);
      }),
      { seed: 20_260_302 },
    );
  });

  it('needs a leaf', () => {
    expect(() => buildMerkleTree([])).toThrow('needs a leaf');
  });
});
