// What the tables must hold, for specs. Imported by tests only.
export { expectedRows, pureModel, storedRows, type PureAgent } from './pure-model.js';
export { labelsOf } from './pure-labels.js';
export * from './expect-pure.js';
