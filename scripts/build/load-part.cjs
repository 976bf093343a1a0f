// Runs parts of the program, by what `read` makes of their names. V8 compiles nothing that is in a
// part's code cache; without a cache, or with one of another V8, a part runs as well, and starts slower.
const { Script } = require('node:vm');

exports.partLoader = (read, onScript = () => {}) => {
  const loaded = new Map();
  const loadPart = (name) => {
    const known = loaded.get(name);
    if (known) return known.exports;
    const { source, cache } = read(name);
    const module = { exports: {} };
    loaded.set(name, module);
    const script = new Script(source, { filename: `eni-local/${name}.js`, cachedData: cache });
    onScript(name, script);
    script.runInThisContext()(module, module.exports, require, loadPart);
    return module.exports;
  };
  return loadPart;
};

/** As a part's text must be, so that it runs on its own names. */
const wrapPart = (text) => `(function (module, exports, require, loadPart) {${text}\n})`;
exports.wrapPart = wrapPart;

/** All parts as one script, for a runtime that has no files in its executable. */
exports.joinParts = (parts) => `
const parts = {${Object.entries(parts)
  .map(([name, text]) => `${name}: ${wrapPart(text)}`)
  .join()}};
const loaded = {};
function loadPart(name) {
  if (!loaded[name]) {
    loaded[name] = { exports: {} };
    parts[name](loaded[name], loaded[name].exports, require, loadPart);
  }
  return loaded[name].exports;
}
loadPart('main');
`;
