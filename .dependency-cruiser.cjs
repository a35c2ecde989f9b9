// The arrows of the architecture (docs/architecture.md): what a folder may import, everything else is refused.
const MAY_IMPORT = {
  scim: [],
  idp: ['scim'],
  directory: ['scim', '@aws-sdk', 'aws4', 'uuid'],
  'lambdas/(functions|endpoints|http|admin|mail|observability|runtime)': [
    'scim',
    'idp',
    'directory',
    'lambdas',
    '@aws-sdk',
    '@middy',
    'zod',
    'aws-lambda',
  ],
  'lambdas/contract\\.ts': [],
  lib: ['lambdas/contract\\.ts', 'aws-cdk-lib', 'constructs'],
  tools: ['scim', 'idp', 'directory', '@aws-sdk'],
  bin: ['lib', 'aws-cdk-lib'],
  local: ['lib', 'lambdas/contract\\.ts', 'idp', 'scim', 'aws-cdk-lib', '@aws-sdk', 'aws-lambda', 'sql.js'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    ...Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
      name: `arrows-of-${folder}`,
      comment: `${folder} may import ${allowed.join(', ') || 'nothing but itself'}.`,
      severity: 'error',
      from: { path: `^${folder}` },
      to: {
        dependencyTypesNot: ['core'],
        // A folder, a package, or a package's types.
        pathNot: [folder, ...allowed].flatMap((name) => [
          `^${name}`,
          `^node_modules/${name}`,
          `^node_modules/@types/${name}`,
        ]),
      },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
  },
};
