/** The unit tests of `scim/` and `idp/`, without the other projects of the root's configuration. */
module.exports = {
  rootDir: '..',
  testEnvironment: 'node',
  transform: { '\\.ts$': '<rootDir>/test/support/esbuild-transformer.cjs' },
  testMatch: ['<rootDir>/test/{scim,idp}/**/*.test.ts'],
  // These measure the cost of large inputs, or read the sources: each mutant would take seconds.
  testPathIgnorePatterns: [
    '/test/idp/costs\\.test\\.ts$',
    '/test/scim/errors/',
    '/test/scim/patch/limits\\.test\\.ts$',
  ],
};
