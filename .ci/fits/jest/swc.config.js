module.exports = { testMatch: ['**/typed.test.ts'], transform: { '\\.ts$': '@swc/jest' } };
