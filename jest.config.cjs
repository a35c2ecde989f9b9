// The notice that a later SDK will want a newer Node.js is not for whoever runs tests.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const shared = {
  testEnvironment: 'node',
  transform: { '\\.ts$': '<rootDir>/test/support/esbuild-transformer.cjs' },
};

/** Pure code needs no server; everything else shares one, with a connection of its own for each test file. */
module.exports = {
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/{scim,idp,lambdas,lib,local,docs}/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'system',
      testMatch: ['<rootDir>/test/{directory,e2e,tools}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/start-server.ts',
      globalTeardown: '<rootDir>/test/support/stop-server.ts',
    },
    // Each has a system of its own, with a proxy before the engine: npm run test:faults.
    {
      ...shared,
      displayName: 'faults',
      testMatch: ['<rootDir>/test/faults/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/start-faults.ts',
    },
    // Compares what functions did in those before with what they may do: npm run test:privileges.
    { ...shared, displayName: 'privileges', testMatch: ['<rootDir>/test/privileges/**/*.test.ts'] },
    // Those that need nothing but HTTP, against what npm run test:deploy has deployed.
    {
      ...shared,
      displayName: 'deployed',
      testMatch: [
        '<rootDir>/test/e2e/{entra,okta,extensions,protocol,bulk,tokens}.test.ts',
        '<rootDir>/test/e2e/setup-stories/*.test.ts',
      ],
    },
  ],
  testTimeout: 30_000,
};
