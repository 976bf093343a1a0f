// In the place of node:zlib: of that, the SDK uses a checksum that EC2 has no use for, and has its own.
module.exports = {};
