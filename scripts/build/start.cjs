// What the executable runs first: it finds the parts of the program in itself.
const { getRawAsset } = require('node:sea');
const { partLoader } = require('./load-part.cjs');

const asset = (name) => Buffer.from(getRawAsset(name));

const loadPart = partLoader((name) => {
  const cache = asset(`${name}.cache`);
  // Bundles are plain ASCII, which V8 takes as it is.
  return { source: asset(`${name}.js`).latin1Slice(), cache: cache.length > 0 ? cache : undefined };
});

loadPart('main');
