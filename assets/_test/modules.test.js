// Rules for all modules of the pages: their size and their imports.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const assets = fileURLToPath(new URL('../', import.meta.url));

/** The most lines of a module; a longer one is split into parts that can be named. */
const MOST = 200;

const modules = readdirSync(assets, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.js') && !name.startsWith('_test/'));

/** @param {string} text @param {string} from the module's path @returns {string[]} the paths of the modules that it imports when it loads */
function imports(text, from) {
  return [...text.matchAll(/^(?:import|export)\b[^'"]*?from '(\.[^']+)'|^import '(\.[^']+)'/gm)].map((m) => join(dirname(from), m[1] ?? m[2]).replaceAll('\\', '/'));
}

/** @param {Record<string, string[]>} graph @returns {string[]} the first cycle, empty when there is none */
function cycle(graph) {
  /** @type {Set<string>} */ const done = new Set();
  const visit = (/** @type {string} */ name, /** @type {string[]} */ path) => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return [];
    for (const next of graph[name] ?? []) {
      /** @type {string[]} */ const found = visit(next, [...path, name]);
      if (found.length > 0) return found;
    }
    done.add(name);
    return [];
  };
  for (const name of Object.keys(graph)) {
    const found = visit(name, []);
    if (found.length > 0) return found;
  }
  return [];
}

const read = (/** @type {string} */ name) => readFileSync(join(assets, name), 'utf8');
const lines = (/** @type {string} */ text) => text.split('\n').length - 1;

test(`no module is longer than ${MOST} lines`, () => {
  assert.ok(modules.length > 100);
  for (const name of modules) assert.ok(lines(read(name)) <= MOST, `${name} has ${lines(read(name))} lines`);
});

test('modules import only existing files of their own folder or shared, without cycles', () => {
  const graph = Object.fromEntries(modules.map((name) => [name, imports(read(name), name)]));
  for (const [name, wanted] of Object.entries(graph)) {
    for (const other of wanted) {
      assert.ok(modules.includes(other), `${name} imports ${other}, which does not exist`);
      assert.ok([dirname(name), 'shared'].includes(dirname(other)), `${name} imports ${other}`);
    }
  }
  assert.deepEqual(cycle(graph), []);
});

test('the checks find a cycle and every form of import', () => {
  assert.deepEqual(cycle({ a: ['b'], b: ['c'], c: ['b'] }), ['b', 'c', 'b']);
  assert.deepEqual(cycle({ a: ['b', 'c'], b: ['c'], c: [] }), []);
  const text = "import { a } from './a.js';\nimport {\n  b,\n} from '../shared/b.js';\nimport './c.js';\nexport { d } from './d.js';\nconst later = import('./e.js');\n";
  assert.deepEqual(imports(text, 'console/main.js'), ['console/a.js', 'shared/b.js', 'console/c.js', 'console/d.js']);
});
