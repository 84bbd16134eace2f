// Typed lint with zero warnings; what it enforces beyond the recommended sets is about lost promises and unions.
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'data/', '.services/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A switch over a union names every member, and its default is a never-check.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',

      // Its fix turns the imports that Nest injects by into type imports, and injection breaks.
      '@typescript-eslint/consistent-type-imports': 'off',
      // Nest and Fastify take plain objects where their types name a class.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Forbids never-checks over unions of one member, and takes a signal's `aborted` for a constant.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // An index signature names what its keys are; Record does not.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // A parameter used once still lets the caller say what comes back.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', '**/testing/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // Measured comparisons print their figures.
    files: ['bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
