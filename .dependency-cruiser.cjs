// Who may import whom. Each rule says why; a rule that stands in the way is changed here, with its reason, not evaded.
const lib = (name) => `^libs/${name}/`;
const tests = String.raw`\.spec\.ts$|/testing[^/]*/|/testing[^/]*\.ts$|^test/|^bench/`;
const pure = ['rails-timezone', 'temporal-polyfill', 'zod'];
const npm = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;

/** A database or broker client belongs to one folder, so that replacing it is a change of that folder. */
const onlyIn = (library, folder) => ({
  name: `${library.replace('@', '').replace('/', '-')}-in-one-folder`,
  severity: 'error',
  comment: `${library} is an adapter's business: only ${folder} knows it, and another engine takes no change elsewhere.`,
  from: { path: '^(apps|libs|tools)/', pathNot: [folder, tests] },
  to: { path: npm(library) },
});

module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment:
        'The domain is the contract of the numbers: it must be testable and portable without any engine or framework.',
      from: { path: lib('domain'), pathNot: tests },
      to: { pathNot: [lib('domain'), npm(...pure), '^(node:)?crypto$'] },
    },
    {
      name: 'audit-knows-no-engine',
      severity: 'error',
      comment:
        'What digests are made of must be the same bytes for every store and for ever: it is given events, and leans on nothing.',
      from: { path: lib('audit'), pathNot: tests },
      to: { pathNot: [lib('audit'), npm('zod'), '^(node:)?(crypto|fs|fs/promises|path)$'] },
    },
    {
      name: 'event-store-knows-nothing-of-ours',
      severity: 'error',
      comment: 'The store keeps any events: it must never learn what an agent is, nor lean on the framework.',
      from: { path: lib('event-store'), pathNot: tests },
      to: { path: ['^(apps|tools)/', '^libs/(?!event-store/)', npm('@nestjs')] },
    },
    {
      name: 'event-store-port-imports-nothing',
      severity: 'error',
      comment:
        'Adapters depend on the port; a port that imports an adapter or a library would force it on everyone.',
      from: { path: String.raw`^libs/event-store/src/[^/]+\.ts$`, pathNot: tests },
      to: { pathNot: String.raw`^libs/event-store/src/[^/]+\.ts$` },
    },
    {
      name: 'projection-knows-only-the-port',
      severity: 'error',
      comment: 'The runner works for any model and any store: neither an adapter, nor an agent, nor Nest.',
      from: { path: lib('projection'), pathNot: tests },
      to: {
        path: ['^(apps|tools)/', '^libs/(?!projection/)', npm('@nestjs')],
        pathNot: String.raw`^libs/event-store/src/[^/]+\.ts$`,
      },
    },
    {
      name: 'read-models-know-domain-and-projection',
      severity: 'error',
      comment:
        'A read model is what the domain folds and the projection runs; it reads no store and serves no HTTP.',
      from: { path: lib('read-models'), pathNot: tests },
      to: {
        path: ['^(apps|tools)/', '^libs/(?!read-models/)', npm('@nestjs')],
        pathNot: [lib('domain'), lib('projection'), String.raw`^libs/event-store/src/[^/]+\.ts$`],
      },
    },
    {
      name: 'platform-knows-no-business',
      severity: 'error',
      comment: 'Both apps stand on the platform: it must serve an app that has no agents and no events.',
      from: { path: lib('platform') },
      to: { path: ['^(apps|tools)/', '^libs/(?!platform/)'] },
    },
    {
      name: 'simulator-is-pure',
      severity: 'error',
      comment:
        'What it makes must follow from its options alone, and be no mirror of our engines: it borrows types and zones.',
      from: { path: lib('simulator'), pathNot: tests },
      to: { pathNot: [lib('simulator'), lib('domain')] },
    },
    {
      name: 'simulator-not-in-production',
      severity: 'error',
      comment: 'Made-up agents belong in the demo, in tests and in measurements.',
      from: { path: '^(apps|libs)/', pathNot: [lib('simulator'), tests] },
      to: { path: lib('simulator') },
    },
    {
      name: 'nest-at-the-edges',
      severity: 'error',
      comment:
        'Nest is how apps are wired, not how the product thinks: only apps and the platform may use it.',
      from: { path: '^(libs|tools)/', pathNot: [lib('platform'), tests] },
      to: { path: npm('@nestjs') },
    },
    {
      name: 'no-app-imports-an-app',
      severity: 'error',
      comment: 'The apps are two processes that share events alone.',
      from: { path: '^apps/([^/]+)/', pathNot: tests },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'nothing-imports-an-app',
      severity: 'error',
      comment: 'Apps are composition roots; what two need belongs in a library. The tool talks HTTP.',
      from: { path: '^(libs|tools)/', pathNot: tests },
      to: { path: '^apps/' },
    },
    {
      name: 'adapters-chosen-in-composition-roots',
      severity: 'error',
      comment:
        'The adapter follows from a URL in one place an app: its *.module.ts, or the adapters.ts beside it when threads choose too.',
      from: { path: '^apps/', pathNot: [String.raw`^apps/[^/]+/src/([^/]+\.module|adapters)\.ts$`, tests] },
      to: { path: '^libs/event-store/src/(sqlite|kurrentdb)/' },
    },
    // One folder a file: the log, the read model, and the quarantine that ingest keeps beside the log.
    onlyIn('better-sqlite3', '^libs/(event-store|read-models)/src/sqlite/|^apps/ingest/src/quarantine/'),
    onlyIn('pg', '^libs/read-models/src/postgres/'),
    onlyIn('@eventstore/db-client', '^libs/event-store/src/kurrentdb/'),
    onlyIn('@grpc/grpc-js', '^libs/event-store/src/kurrentdb/'),
    onlyIn('kafkajs', '^apps/ingest/src/kafka/'),
    {
      name: 'testing-only-from-tests',
      severity: 'error',
      comment: 'Contract suites and doubles must not reach production.',
      from: { path: '^(apps|libs|tools)/', pathNot: tests },
      to: { path: String.raw`/testing/|\.spec\.ts$` },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment:
        'Two files that need each other are one concept in two places, and evaluate in an order nobody chose.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'What cannot be found at lint time fails at start.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'A package that only another package brings can vanish with its next release.',
      from: { path: '^(apps|libs|tools|test|bench)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-package-in-production',
      severity: 'error',
      comment: 'An installation without development packages must start.',
      from: { path: '^(apps|libs|tools)/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
