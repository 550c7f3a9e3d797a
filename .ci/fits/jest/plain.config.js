module.exports = { testMatch: ['**/plain.test.js'], transform: {} };
