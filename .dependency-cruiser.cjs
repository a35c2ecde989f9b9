const { readdirSync } = require('node:fs');
const path = require('node:path');

/**
 * The dependency rules of docs/concepts/architecture.md: what each folder may import. Everything
 * else is refused, and so is a folder that has no row here.
 *
 * `folders` lists our own folders and files, `packages` lists npm packages, `core` the modules of
 * Node.js (undefined for any).
 */
const DIRECTORY = { packages: ['@aws-sdk', 'uuid'] };
const LAMBDAS = { packages: ['@aws-sdk', 'aws-lambda'] };
/** The JSON that the functions `ui` and `admin` exchange, and how both write durations. */
const PROTOCOL = ['ui/data.ts', 'ui/duration.ts', 'ui/protocol.ts'];
const BELOW_LAMBDAS = ['scim', 'idp', 'directory', 'events', 'lambdas/contract.ts'];

const RULES = {
  scim: { core: ['crypto'] },
  idp: { folders: ['scim'], core: [] },
  'directory/store': { ...DIRECTORY, folders: ['scim'] },
  'directory/resources': { ...DIRECTORY, folders: ['scim', ...upTo('store')] },
  'directory/schemas': { ...DIRECTORY, folders: ['scim', ...upTo('resources')] },
  'directory/memberships': { ...DIRECTORY, folders: ['scim', ...upTo('resources')] },
  'directory/candidates.ts': { ...DIRECTORY, folders: ['scim', ...upTo('memberships')] },
  'directory/deleted-users.ts': { ...DIRECTORY, folders: ['scim', ...upTo('candidates.ts')] },
  'directory/users.ts': { ...DIRECTORY, folders: ['scim', ...upTo('deleted-users.ts')] },
  'directory/groups.ts': { ...DIRECTORY, folders: ['scim', ...upTo('memberships')] },
  'directory/custom-resources.ts': { ...DIRECTORY, folders: ['scim', ...upTo('memberships')] },
  'directory/transfer': { ...DIRECTORY, folders: ['scim', ...upTo('custom-resources.ts')] },
  'directory/connections': { ...DIRECTORY, folders: ['scim', ...upTo('groups.ts')] },
  'directory/conversion': { ...DIRECTORY, folders: ['scim', ...upTo('connections')] },
  'directory/sessions': { ...DIRECTORY, folders: ['scim', ...upTo('connections')] },
  'directory/log': { ...DIRECTORY, folders: ['scim', ...upTo('connections')] },
  'directory/events': { ...DIRECTORY, folders: ['scim', ...upTo('log')] },
  'directory/webhooks': { ...DIRECTORY, folders: ['scim', ...upTo('events')] },
  'directory/streams': { ...DIRECTORY, folders: ['scim', ...upTo('webhooks')] },
  'directory/requests': { ...DIRECTORY, folders: ['scim', ...upTo('store')] },
  'directory/notices': { ...DIRECTORY, folders: ['scim', ...upTo('log')] },
  'directory/completion': { ...DIRECTORY, folders: ['scim', ...upTo('notices')] },
  'directory/verify': { ...DIRECTORY, folders: ['scim', ...upTo('completion')] },
  events: { packages: ['@aws-sdk'], folders: ['scim', 'directory'] },
  'lambdas/contract.ts': { core: [] },
  'lambdas/routes.ts': { folders: ['lambdas/contract.ts'], core: [] },
  'lambdas/runtime': {
    packages: [...LAMBDAS.packages, 'aws4'],
    folders: BELOW_LAMBDAS,
  },
  'lambdas/observability': { ...LAMBDAS, folders: [...BELOW_LAMBDAS, 'lambdas/runtime'] },
  'lambdas/federation': {
    packages: ['jose'],
    folders: [...BELOW_LAMBDAS, 'lambdas/runtime', 'lambdas/observability'],
  },
  'lambdas/http': {
    ...LAMBDAS,
    folders: [
      ...BELOW_LAMBDAS,
      ...['federation', 'runtime', 'observability'].map((name) => `lambdas/${name}`),
    ],
  },
  'lambdas/oauth': {
    ...LAMBDAS,
    folders: [
      ...BELOW_LAMBDAS,
      ...['federation', 'http', 'runtime', 'observability'].map((name) => `lambdas/${name}`),
    ],
  },
  'lambdas/endpoints': { ...LAMBDAS, folders: [...BELOW_LAMBDAS, 'lambdas/http'] },
  'lambdas/asynchronous': {
    ...LAMBDAS,
    folders: [
      ...BELOW_LAMBDAS,
      ...['endpoints', 'http', 'runtime', 'observability'].map((name) => `lambdas/${name}`),
    ],
  },
  'lambdas/webhooks': {
    ...LAMBDAS,
    folders: [...BELOW_LAMBDAS, 'lambdas/runtime', 'lambdas/observability'],
  },
  'lambdas/json-api': {
    packages: [...LAMBDAS.packages, 'zod'],
    folders: [...BELOW_LAMBDAS, 'lambdas/http'],
  },
  'lambdas/security-events': {
    packages: ['zod'],
    folders: [
      ...BELOW_LAMBDAS,
      ...['http', 'json-api', 'runtime', 'observability', 'webhooks'].map(
        (name) => `lambdas/${name}`,
      ),
    ],
  },
  'lambdas/admin': {
    packages: [...LAMBDAS.packages, 'zod'],
    folders: [
      ...BELOW_LAMBDAS,
      ...['http', 'json-api', 'runtime', 'webhooks'].map((name) => `lambdas/${name}`),
    ],
  },
  'lambdas/application': {
    packages: [...LAMBDAS.packages, 'zod'],
    folders: [
      ...BELOW_LAMBDAS,
      ...['http', 'json-api', 'runtime'].map((name) => `lambdas/${name}`),
    ],
  },
  'lambdas/pages': {
    packages: [...LAMBDAS.packages, 'zod', 'openid-client'],
    folders: [
      ...BELOW_LAMBDAS,
      ...PROTOCOL,
      ...['http', 'json-api', 'runtime', 'admin', 'application'].map((name) => `lambdas/${name}`),
    ],
  },
  'lambdas/mail': {
    ...LAMBDAS,
    folders: [...BELOW_LAMBDAS, 'lambdas/runtime', 'lambdas/observability'],
  },
  'lambdas/functions': {
    ...LAMBDAS,
    folders: [
      ...BELOW_LAMBDAS,
      ...[
        'runtime',
        'observability',
        'http',
        'endpoints',
        'json-api',
        'admin',
        'application',
        'mail',
        'webhooks',
        'security-events',
        'asynchronous',
        'pages',
        'federation',
        'oauth',
      ].map((name) => `lambdas/${name}`),
      'ui',
    ],
  },
  'lambdas/bundling': { packages: ['esbuild'], folders: ['lambdas/contract.ts'] },
  ui: {
    packages: ['hono', 'marked'],
    folders: ['idp', 'scim', 'lambdas/contract.ts'],
    core: ['crypto'],
  },
  lib: {
    packages: ['aws-cdk-lib', 'constructs'],
    // Definitions of resource types are checked at synth by the code that the admin API uses.
    folders: ['lambdas/contract.ts', 'lambdas/routes.ts', 'scim'],
  },
  client: { packages: ['aws4'] },
  bin: { packages: ['aws-cdk-lib', 'zod'], folders: ['lib'] },
  cli: {
    packages: [
      '@aws-sdk',
      '@clack/prompts',
      '@commander-js/extra-typings',
      'cli-table3',
      'commander',
      'csv-parse',
      'open',
      'picocolors',
    ],
    folders: ['client', 'directory', 'scim', 'idp', 'lambdas/contract.ts', 'package.json'],
  },
  local: {
    packages: ['aws-cdk-lib', '@aws-sdk', '@noble/curves', 'aws-lambda', 'sql.js'],
    folders: ['lib', 'lambdas/contract.ts', 'idp', 'scim'],
  },
  tools: {
    packages: ['@commander-js/extra-typings', 'esbuild', 'prettier'],
    folders: ['cli', 'idp', 'lambdas/bundling'],
  },
};

/** The rows of the directory in their order, up to and including one of them. */
function upTo(last) {
  const order = ['store', 'resources', 'schemas', 'memberships'];
  order.push(
    'candidates.ts',
    'deleted-users.ts',
    'users.ts',
    'groups.ts',
    'custom-resources.ts',
    'connections',
    'conversion',
    'log',
    'events',
    'webhooks',
    'streams',
    'requests',
    'notices',
    'completion',
  );
  return order.slice(0, order.indexOf(last) + 1).map((name) => `directory/${name}`);
}

/** Folders with rows for what is directly inside, and top-level folders that are not source. */
const SPLIT = ['directory', 'lambdas'];
const NOT_SOURCE = [
  'bench',
  'coverage',
  'docs',
  'examples',
  'mutation',
  'node_modules',
  'screenshots',
  'test',
];

function entriesOf(folder) {
  return readdirSync(path.join(__dirname, folder), { withFileTypes: true });
}

const uncovered = [
  ...entriesOf('.').filter(
    ({ name }) =>
      !name.startsWith('.') &&
      !/^(?:dist|cdk\.out)/.test(name) &&
      !NOT_SOURCE.includes(name) &&
      !SPLIT.includes(name),
  ),
  ...SPLIT.flatMap((folder) =>
    entriesOf(folder).map((entry) => Object.assign(entry, { name: `${folder}/${entry.name}` })),
  ),
].filter((entry) => (entry.isDirectory() || /\.tsx?$/.test(entry.name)) && !(entry.name in RULES));
if (uncovered.length > 0) {
  const names = uncovered.map(({ name }) => name).join(', ');
  throw new Error(`.dependency-cruiser.cjs has no rule for ${names}. Add one to RULES.`);
}

const escaped = (text) => text.replaceAll('.', '\\.');
const pathOf = (name) =>
  /\.(?:tsx?|json)$/.test(name) ? `^${escaped(name)}$` : `^${escaped(name)}/`;

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // Most requests of `admin` and `webhooks` do without these clients, which load slowly.
    {
      name: 'clients-load-on-first-use',
      comment: 'Load the calls with import() where they are made.',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: {
        path: '^lambdas/runtime/[a-z-]+-calls\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'clients-belong-to-their-calls',
      comment: 'Make the call in lambdas/runtime/…-calls.ts, which is loaded on first use.',
      severity: 'error',
      from: {
        path: '^lambdas/',
        pathNot: [
          '^lambdas/runtime/[a-z-]+-calls\\.ts$',
          // The dispatcher invokes functions for most batches.
          '^lambdas/runtime/tasks\\.ts$',
          '^lambdas/functions/dispatcher/',
        ],
      },
      to: {
        path: '^node_modules/@aws-sdk/client-(?:lambda|secrets-manager)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    ...Object.entries(RULES).flatMap(([name, { folders = [], packages = [], core }]) => [
      {
        name: `imports-of-${name}`,
        comment: `${name} may import ${[...folders, ...packages].join(', ') || 'nothing'}.`,
        severity: 'error',
        from: { path: pathOf(name) },
        to: {
          dependencyTypesNot: ['core'],
          pathNot: [
            ...[name, ...folders].map(pathOf),
            // A package's code, its types, and types that no code goes with (aws-lambda).
            ...packages.flatMap((each) => [
              `^node_modules/${each}/`,
              `^node_modules/@types/${each}/`,
              // Entry points below a package's name, such as hono/jsx.
              `^${each}(?:$|/)`,
            ]),
          ],
        },
      },
      ...(core === undefined
        ? []
        : [
            {
              name: `node-modules-of-${name}`,
              comment: `${name} may import ${core.join(', ') || 'nothing'} of Node.js.`,
              severity: 'error',
              from: { path: pathOf(name) },
              to: {
                dependencyTypes: ['core'],
                ...(core.length === 0 ? {} : { pathNot: core.map((each) => `^${each}$`) }),
              },
            },
          ]),
    ]),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js'] },
  },
};
