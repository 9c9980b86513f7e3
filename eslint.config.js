import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** What each layer under src/ may import (docs/architecture.md). A layer may always import itself. */
const LAYERS = {
  domain: [],
  contract: ['domain'],
  ports: ['domain', 'contract'],
  workflows: ['domain', 'contract'],
  activities: ['domain', 'contract', 'ports'],
  adapters: ['domain', 'contract', 'ports'],
  client: ['domain', 'contract', 'config'],
  config: ['domain', 'contract'],
  pull: ['domain', 'contract', 'ports', 'client'],
  web: ['config'],
  monitor: ['domain', 'contract', 'client', 'config', 'web'],
  simulators: ['domain'],
  'codec-server': ['client', 'config', 'web'],
  workers: ['domain', 'contract', 'ports', 'activities', 'adapters', 'workflows', 'config', 'client'],
  servers: ['contract', 'workers'],
  cli: [
    ...['domain', 'contract', 'ports', 'activities', 'adapters', 'workers', 'client', 'config', 'pull'],
    ...['monitor', 'codec-server', 'simulators', 'servers', 'demo'],
  ],
  demo: ['domain', 'contract', 'client', 'config', 'simulators', 'servers', 'workers'],
  chaos: ['domain', 'contract', 'client', 'config', 'simulators', 'servers', 'workers', 'demo'],
};

/** Third-party modules a layer is limited to; layers not named here may use any dependency. */
const MODULES = {
  domain: ['@noble/hashes/*'],
  contract: ['zod', '@temporalio/common', '@temporalio/client'],
  workflows: ['@temporalio/workflow', '@temporalio/common'],
  ports: [],
};

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => {
  const forbidden = Object.keys(LAYERS).filter((other) => other !== layer && !allowed.includes(other));
  const patterns = [
    {
      group: forbidden.flatMap((other) => [`**/${other}/**`]),
      message: `src/${layer} may import only: ${[layer, ...allowed].join(', ')}`,
      // Workflows name activities as types only: the code itself must never enter the bundle.
      allowTypeImports: layer === 'workflows',
    },
  ];
  if (MODULES[layer]) {
    patterns.push({
      regex: `^(?!\\.{1,2}/)(?!(${MODULES[layer].map((m) => m.replace('*', '.*')).join('|') || '-'})$)`,
      message: `src/${layer} may use only these modules: ${MODULES[layer].join(', ') || 'none'}`,
    });
  }
  return {
    files: [`src/${layer}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
});

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.cache', 'test/fixtures'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-self-import': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
    settings: { 'import-x/extensions': ['.ts'], 'import-x/resolver': { node: { extensions: ['.ts', '.js'] } } },
  },
  { files: ['**/*.{js,mjs}'], ...tseslint.configs.disableTypeChecked },
  ...layerRules,
  {
    files: ['src/workflows/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'Workflows tell the time by Clock: docs/adr/0005-time-in-workflows.md',
        },
      ],
    },
  },
);
