// The features that stylesheets need.

import { readFileSync } from 'node:fs';
import { parse, walk } from 'css-tree';

import { entry } from './compat.js';

/** @typedef {import('./scripts.js').Use} Use */

const UNITS = { d: 'dynamic', s: 'small', l: 'large' };

/** The table's name of a unit. @param {string} unit */
function length(unit) {
  const screen = unit.match(/^([dsl])v(?:h|w|b|i|min|max)$/);
  if (screen) return `viewport_percentage_units_${UNITS[/** @type {keyof typeof UNITS} */ (screen[1])]}`;
  return /^cq/.test(unit) ? 'container_query_length_units' : unit;
}

/** @param {string} name of a function */
const functions = (name) => [`css/types/${name}`, `css/types/color/${name}`, `css/types/gradient/${name}`, `css/types/transform-function/${name}`, `css/types/basic-shape/${name}`, `css/types/filter-function/${name}`, `css/types/easing-function/${name}`];

/**
 * The features that a stylesheet needs. A declaration after one of the same
 * property in its block has a fallback, and rules in @supports are conditional.
 * @param {string} file its name in the findings @param {string} [text]
 * @returns {Use[]}
 */
export function uses(file, text = readFileSync(file, 'utf8')) {
  /** @type {Use[]} */ const found = [];
  const tree = parse(text, { filename: file, positions: true, onParseError(error) { throw error; } });
  let asked = 0; // depth in @supports
  /** @type {string[]} */ const kinds = []; // rules and at-rules around
  /** @type {Array<Set<string>>} */ const before = []; // properties of the block so far

  walk(tree, {
    enter(/** @type {any} */ node) {
      const note = (/** @type {string[]} */ paths) => {
        const path = paths.find((p) => entry(p)?.__compat);
        if (path && asked === 0) found.push({ feature: path, file, line: node.loc.start.line });
      };
      if (node.type === 'Block') before.push(new Set());
      if (node.type === 'Rule') {
        if (kinds.includes('Rule')) note(['css/selectors/nesting']);
        kinds.push('Rule');
      }
      if (node.type === 'Atrule') {
        note([`css/at-rules/${node.name}`]);
        if (node.name === 'supports') asked++;
        kinds.push('Atrule');
      }
      if (node.type === 'Feature' && node.kind === 'media') note([`css/at-rules/media/${node.name.replace(/^(min|max)-/, '')}`]);
      if (node.type === 'FeatureRange') note(['css/at-rules/media/range_syntax']);
      // A name with an engine's prefix applies to that engine alone.
      if ((node.type === 'PseudoClassSelector' || node.type === 'PseudoElementSelector') && !node.name.startsWith('-')) {
        note([`css/selectors/${node.name}`]);
        if (node.children?.first?.type === 'Nth' && node.children.first.selector) note([`css/selectors/${node.name}/of_syntax`]);
      }
      if (node.type === 'Declaration' && !node.property.startsWith('-')) {
        const seen = before.at(-1);
        const fallback = seen?.has(node.property);
        seen?.add(node.property);
        if (fallback) return this.skip;
        const property = `css/properties/${node.property}`;
        note([property]);
        walk(node.value, {
          enter(/** @type {any} */ part) {
            if (part.type === 'Identifier') note([`${property}/${part.name}`]);
            if (part.type === 'Function' && !part.name.startsWith('-')) note(functions(part.name));
            if (part.type === 'Dimension') note([`css/types/length/${length(part.unit)}`]);
          },
        });
      }
      return undefined;
    },
    leave(/** @type {any} */ node) {
      if (node.type === 'Block') before.pop();
      if (node.type === 'Rule' || node.type === 'Atrule') kinds.pop();
      if (node.type === 'Atrule' && node.name === 'supports') asked--;
    },
  });
  return found;
}
