const presets = [
  ['@babel/preset-env', { targets: { node: 'current' } }],
  '@babel/preset-typescript',
];
module.exports = {
  testMatch: ['**/typed.test.ts'],
  transform: { '\\.ts$': ['babel-jest', { presets }] },
};
