module.exports = {
  testMatch: ['**/esm.test.mjs'],
  transform: {},
  moduleFileExtensions: ['mjs', 'js', 'json'],
};
