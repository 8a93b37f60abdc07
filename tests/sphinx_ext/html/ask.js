/* Runs the search of a built site without a browser: node ask.js SITE QUERY
   prints the titles of the results, the best first, as JSON. */
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [site, query] = process.argv.slice(2);
const nothing = () => null;
const scope = {
  console,
  query,
  SPHINX_HIGHLIGHT_ENABLED: false,
  DOCUMENTATION_OPTIONS: {},
  Documentation: {},
  document: { getElementById: nothing, addEventListener: nothing },
  _: (text) => text,
  _ready: nothing,
};
scope.window = scope;
vm.createContext(scope);
const scripts = ["language_data", "searchtools", "sphinx_scrapbox/search/sphinx"];
for (const name of [...scripts.map((script) => `_static/${script}.js`), "searchindex.js"])
  vm.runInContext(fs.readFileSync(path.join(site, name), "utf8"), scope, { filename: name });
const results = vm.runInContext("Search._performSearch(...Search._parseQuery(query))", scope);
console.log(JSON.stringify(results.reverse().map((result) => result[1])));
