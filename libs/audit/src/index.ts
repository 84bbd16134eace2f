// What makes the log tamper-evident: leaves, trees, signed entries and the keys that sign them. Knows no store and no agent.
export {
  hashLine,
  parseEntry,
  signDigestEntry,
  signKeyEntry,
  type ChainEntry,
  type DigestEntry,
  type KeyEntry,
} from './chain-entry.js';
export { eventBytes, leafHash, type StoredEvent } from './event-leaf.js';
export { buildMerkleTree, HASH_BYTES, type MerkleTree } from './merkle-tree.js';
export {
  createSigningKey,
  fingerprintOf,
  keepSigningKey,
  readSigningKeys,
  rotateSigningKey,
  SigningKeyError,
  type SigningKey,
} from './signing-key.js';
