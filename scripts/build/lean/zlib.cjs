// node:zlib as it is used here, loaded when it is: for the sum of a large state, see src/store/document.ts. The SDK
// would take it for a checksum that EC2 has no use for.
exports.crc32 = (...what) => process.getBuiltinModule('node:zlib').crc32(...what);
