// The SDK's notice that later versions need a newer Node.js is irrelevant to test runs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const shared = {
  testEnvironment: 'node',
  transform: { '\\.ts$': '<rootDir>/test/support/esbuild-transformer.cjs' },
};

/** Unit tests need no server. System tests share one; each test file has its own connection. */
module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/{scim,idp,lambdas,lib,local,docs}/**/*.test.ts'],
    },
    {
      ...shared,
      displayName: 'system',
      testMatch: ['<rootDir>/test/{directory,e2e,tools}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/start-server.ts',
      globalTeardown: '<rootDir>/test/support/stop-server.ts',
    },
    // Each file starts its own system with a proxy in front of the engine (npm run test:faults).
    {
      ...shared,
      displayName: 'faults',
      testMatch: ['<rootDir>/test/faults/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/start-faults.ts',
    },
    // Compares the AWS calls recorded in the suites above with the IAM policies of the functions
    // (npm run test:privileges).
    { ...shared, displayName: 'privileges', testMatch: ['<rootDir>/test/privileges/**/*.test.ts'] },
    // Tests that need only HTTP, against the deployment of npm run test:deploy.
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
