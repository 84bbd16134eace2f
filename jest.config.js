// Runs the TypeScript sources as ES modules; needs node --experimental-vm-modules (npm test passes it).
const swc = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools', '<rootDir>/test', '<rootDir>/bench'],
  testMatch: ['**/*.spec.ts'],
  // They need the services: npm run test:services.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/services/'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@libs/(audit|domain|event-store|projection|read-models|platform|simulator)$':
      '<rootDir>/libs/$1/src/index.ts',
    '^@libs/(domain|event-store|read-models)/(kurrentdb|sqlite|testing)$':
      '<rootDir>/libs/$1/src/$2/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testTimeout: 30_000,
};
