// node:fs/promises as the SDK uses it, which takes three milliseconds to load. Two small files are read: to start
// threads for them would take longer.
const { readFileSync } = require('node:fs');
module.exports = { readFile: async (...of) => readFileSync(...of) };
