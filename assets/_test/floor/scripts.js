// The features that scripts need: their syntax, and every member of the language
// and of the browser that the type checker finds in them.

import ts from 'typescript';

import { entry } from './compat.js';

/** @typedef {{feature: string, file: string, line: number}} Use */

const K = ts.SyntaxKind;

/** Syntax under the table's names. @type {Array<[(node: any) => boolean, string]>} */
const SYNTAX = [
  [(n) => n.kind === K.ClassStaticBlockDeclaration, 'javascript/classes/static/initialization_blocks'],
  [(n) => n.kind === K.BinaryExpression && n.operatorToken.kind === K.InKeyword && n.left.kind === K.PrivateIdentifier, 'javascript/classes/private_class_fields_in'],
  [(n) => n.kind === K.MethodDeclaration && n.name.kind === K.PrivateIdentifier, 'javascript/classes/private_class_methods'],
  [(n) => (n.kind === K.GetAccessor || n.kind === K.SetAccessor) && n.name.kind === K.PrivateIdentifier, 'javascript/classes/private_class_methods'],
  [(n) => n.kind === K.PropertyDeclaration && n.name.kind === K.PrivateIdentifier, 'javascript/classes/private_class_fields'],
  [(n) => n.kind === K.PropertyDeclaration, 'javascript/classes/public_class_fields'],
  [(n) => n.kind === K.ClassDeclaration || n.kind === K.ClassExpression, 'javascript/classes'],
  [(n) => n.kind === K.QuestionDotToken, 'javascript/operators/optional_chaining'],
  [(n) => n.kind === K.QuestionQuestionToken, 'javascript/operators/nullish_coalescing'],
  [(n) => n.kind === K.QuestionQuestionEqualsToken, 'javascript/operators/nullish_coalescing_assignment'],
  [(n) => n.kind === K.BarBarEqualsToken, 'javascript/operators/logical_or_assignment'],
  [(n) => n.kind === K.AmpersandAmpersandEqualsToken, 'javascript/operators/logical_and_assignment'],
  [(n) => n.kind === K.AsteriskAsteriskToken, 'javascript/operators/exponentiation'],
  [(n) => n.kind === K.AwaitExpression && !ts.findAncestor(n, ts.isFunctionLike) && !ts.findAncestor(n, ts.isClassLike), 'javascript/operators/await/top_level'],
  [(n) => n.kind === K.AwaitExpression, 'javascript/operators/await'],
  [(n) => n.kind === K.ForOfStatement && n.awaitModifier, 'javascript/statements/for_await_of'],
  [(n) => n.kind === K.ForOfStatement, 'javascript/statements/for_of'],
  [(n) => n.kind === K.CatchClause && !n.variableDeclaration, 'javascript/statements/try_catch/optional_catch_binding'],
  [(n) => n.kind === K.ArrowFunction, 'javascript/functions/arrow_functions'],
  [(n) => n.kind === K.Parameter && n.initializer, 'javascript/functions/default_parameters'],
  [(n) => n.kind === K.TemplateExpression || n.kind === K.NoSubstitutionTemplateLiteral, 'javascript/grammar/template_literals'],
  [(n) => n.kind === K.VariableDeclarationList && (n.flags & ts.NodeFlags.Const) !== 0, 'javascript/statements/const'],
  [(n) => n.kind === K.VariableDeclarationList && (n.flags & ts.NodeFlags.Let) !== 0, 'javascript/statements/let'],
  [(n) => n.kind === K.VariableDeclarationList && (n.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.Using, 'javascript/statements/using'],
  [(n) => n.kind === K.ObjectBindingPattern || n.kind === K.ArrayBindingPattern, 'javascript/operators/destructuring'],
  [(n) => n.kind === K.SpreadElement, 'javascript/operators/spread/spread_in_arrays'],
  [(n) => n.kind === K.SpreadAssignment, 'javascript/operators/spread/spread_in_object_literals'],
  [(n) => n.kind === K.ShorthandPropertyAssignment, 'javascript/grammar/shorthand_object_literals'],
  [(n) => n.kind === K.ImportAttributes, 'javascript/statements/import/import_attributes'],
  [(n) => n.kind === K.ImportDeclaration, 'javascript/statements/import'],
  [(n) => n.kind === K.CallExpression && n.expression.kind === K.ImportKeyword, 'javascript/operators/import'],
  [(n) => n.kind === K.MetaProperty && n.keywordToken === K.ImportKeyword, 'javascript/operators/import_meta'],
  [(n) => (n.kind === K.NumericLiteral || n.kind === K.BigIntLiteral) && n.getText().includes('_'), 'javascript/grammar/numeric_separators'],
  [(n) => n.kind === K.BigIntLiteral, 'javascript/builtins/BigInt'],
];

/** Features of regular expressions that the oldest browsers lack. @type {Array<[RegExp, string]>} */
const PATTERNS = [
  [/\(\?<[=!]/, 'lookbehind_assertion'], [/\(\?<\w/, 'named_capturing_group'], [/\\p\{/i, 'unicode_character_class_escape'], [/\(\?[ims]*-?[ims]+:/, 'modifier'],
];
const FLAGS = { d: 'hasIndices', v: 'unicodeSets', s: 'dotAll', y: 'sticky', u: 'unicode' };

/** Table paths of a member of the language or of the browser, also of a static one. @param {string} owner @param {string} name */
function paths(owner, name) {
  const plain = owner.replace(/Constructor$/, '').replace(/^Readonly(?=Array|Map|Set)/, '');
  return [`javascript/builtins/${plain}/${name}`, `javascript/builtins/Intl/${plain}/${name}`, `api/${plain}/${name}`];
}

/** The name of what declares a member; of an object beside a class, as the library writes statics, with " static". @param {ts.Declaration} declaration */
function declarer({ parent }) {
  if (ts.isTypeLiteralNode(parent) && ts.isVariableDeclaration(parent.parent)) return `${parent.parent.name.getText()} static`;
  return (/** @type {any} */ (parent)).name?.text ?? '';
}

/** @param {ts.TypeChecker} checker @param {ts.Type} type @returns {string[]} the type's name and those that it inherits from */
function owners(checker, type) {
  const all = type.isUnionOrIntersection() ? type.types : [checker.getApparentType(type)];
  return all.flatMap((t) => {
    const name = t.symbol?.name;
    const bases = t.isClassOrInterface() || (t.symbol && t.symbol.flags & ts.SymbolFlags.Interface) ? (checker.getBaseTypes(/** @type {any} */ ((/** @type {any} */ (t)).target ?? t)) ?? []) : [];
    return [...(name ? [name] : []), ...bases.flatMap((b) => owners(checker, b))];
  });
}

/** @param {ts.Symbol|undefined} symbol */
const ofBrowser = (symbol) => (symbol?.declarations ?? []).filter((d) => /[\\/]lib\.[\w.]+\.d\.ts$/.test(d.getSourceFile().fileName));

/** A TypeScript program over files, with the newest library. @param {string[]} files absolute paths */
export function read(files) {
  const program = ts.createProgram(files, {
    allowJs: true, checkJs: false, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  });
  return { program, checker: program.getTypeChecker() };
}

/** @param {{program: ts.Program, checker: ts.TypeChecker}} read @param {string} file @returns {Use[]} what it asks of a browser */
export function uses({ program, checker }, file) {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} was not read`);
  /** @type {Use[]} */ const found = [];
  // A script that tests for a feature has an alternative.
  const asked = new Set([...source.text.matchAll(/\btypeof (\w+)|'(\w+)' in\b/g)].map((m) => m[1] ?? m[2]));
  const note = (/** @type {ts.Node} */ node, /** @type {string} */ feature) => void ([node.getText(), ...feature.split('/')].some((name) => asked.has(name)) || found.push({ feature, file, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 }));

  /** @param {ts.Node} node a name @param {string} name @param {string[]} has */
  const member = (node, name, has) => {
    for (const owner of new Set(has)) {
      const path = owner.endsWith(' static') ? [`api/${owner.slice(0, -7)}/${name}_static`] : paths(owner, name);
      const known = path.find((p) => entry(p)?.__compat);
      if (known) return note(node, known);
    }
    return undefined;
  };

  /** @param {ts.Identifier|ts.PrivateIdentifier} node */
  const name = (node) => {
    const at = node.parent;
    if (ts.isPropertyAccessExpression(at) && at.name === node) {
      const declared = ofBrowser(checker.getSymbolAtLocation(node));
      if (declared.length === 0) return;
      if (ts.isCallExpression(at.parent) && at.parent.expression === at && at.parent.questionDotToken) return; // tests for it first
      member(node, node.text, [...declared.map(declarer), ...owners(checker, checker.getTypeAtLocation(at.expression))]);
    } else if (ts.isBindingElement(at) && (at.propertyName ?? at.name) === node && ts.isObjectBindingPattern(at.parent)) {
      const type = checker.getTypeAtLocation(at.parent);
      if (ofBrowser(type.getProperty(node.text)).length > 0) member(node, node.text, owners(checker, type));
    } else if (ofBrowser(checker.getSymbolAtLocation(node)).length > 0 && !ts.isPropertyAssignment(at) && !ts.isTypeOfExpression(at)) {
      const path = [`javascript/builtins/${node.text}`, `api/${node.text}`, `api/Window/${node.text}`].find((p) => entry(p)?.__compat);
      if (path) note(node, path);
    }
  };

  /** @param {ts.Node} node */
  const visit = (node) => {
    for (const [is, feature] of SYNTAX) if (is(node)) note(node, feature);
    if (ts.isIdentifier(node)) name(node);
    if (ts.isRegularExpressionLiteral(node)) {
      const [, pattern, flags] = /** @type {RegExpMatchArray} */ (node.text.match(/^\/(.*)\/(\w*)$/s));
      for (const [asks, feature] of PATTERNS) if (asks.test(pattern)) note(node, `javascript/regular_expressions/${feature}`);
      for (const flag of flags) if (flag in FLAGS) note(node, `javascript/builtins/RegExp/${FLAGS[/** @type {keyof typeof FLAGS} */ (flag)]}`);
    }
    // The events that listeners wait for.
    if (ts.isCallExpression(node) && /(^|\.)addEventListener$/.test(node.expression.getText()) && node.arguments[0] && ts.isStringLiteral(node.arguments[0])) {
      const on = ts.isPropertyAccessExpression(node.expression) ? owners(checker, checker.getTypeAtLocation(node.expression.expression)) : ['Window'];
      member(node.arguments[0], `${node.arguments[0].text}_event`, [...on, 'Element', 'HTMLElement']);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
