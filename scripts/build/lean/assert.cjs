// In the place of node:assert: signal-exit checks one argument by it.
module.exports = { equal() {} };
