// node:fs/promises as the SDK uses it, without the three milliseconds that its other half takes to load.
const { readFile } = require('node:fs');
const { promisify } = require('node:util');
module.exports = { readFile: promisify(readFile) };
