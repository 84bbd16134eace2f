// The tests that need real services, one file after the other: they kill processes and count what a machine can do.
import base from './jest.config.js';

export default {
  ...base,
  roots: ['<rootDir>/test/services'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 180_000,
};
