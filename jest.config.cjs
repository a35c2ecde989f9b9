// The SDK's notice that later versions need a newer Node.js is irrelevant to test runs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** Packages that consist of ES modules only, which jest does not load. */
const MODULES = 'openid-client|oauth4webapi|jose|marked';

const shared = {
  testEnvironment: 'node',
  transform: {
    [`\\.(?:tsx?|css|asset\\.js)$|/(?:${MODULES})/.*\\.js$`]:
      '<rootDir>/test/support/esbuild-transformer.cjs',
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${MODULES})/)`],
  // Copies of the repository, while the mutation tests run.
  modulePathIgnorePatterns: ['<rootDir>/mutation/'],
};

/** Tests against one server, which all of them share; each file has its own connection. */
const againstServer = {
  ...shared,
  globalSetup: '<rootDir>/test/support/start-server.ts',
  globalTeardown: '<rootDir>/test/support/stop-server.ts',
};

/** Tests that would double the time of `npm test` (npm run test:slow). */
const SLOW = [
  'cli/doctor-faults',
  'cli/round-trip',
  'cli/verify',
  'directory/bulk-time',
  'directory/burst',
  'directory/many-connections',
  'e2e/start',
  'idp/costs',
];

module.exports = {
  projects: [
    // The edit loop: tests that need no server (npm run test:unit).
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/{scim,idp,events,lambdas,local,docs,ui}/**/*.test.ts'],
      testPathIgnorePatterns: SLOW.map((name) => `/test/${name}\\.test\\.ts$`),
    },
    // Synthesizes templates.
    { ...shared, displayName: 'construct', testMatch: ['<rootDir>/test/lib/**/*.test.ts'] },
    {
      ...againstServer,
      displayName: 'system',
      testMatch: ['<rootDir>/test/{cli,client,directory,e2e}/**/*.test.ts'],
      testPathIgnorePatterns: SLOW.map((name) => `/test/${name}\\.test\\.ts$`),
    },
    {
      ...againstServer,
      displayName: 'slow',
      testMatch: SLOW.map((name) => `<rootDir>/test/${name}.test.ts`),
    },
    // The pages in Chromium (npm run test:pages).
    {
      ...againstServer,
      displayName: 'pages',
      testMatch: ['<rootDir>/test/pages/**/*.test.ts'],
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
        '<rootDir>/test/e2e/{entra,okta,extensions,oauth,protocol,bulk,tokens}.test.ts',
        '<rootDir>/test/e2e/setup-stories/*.test.ts',
      ],
    },
  ],
  // Half of the time is spent waiting for servers, so one worker per core is not too many.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
