// OBS 30 has Chromium 103. `tsc` with lib ES2022 checks the language
// there; this list covers the rest: newer DOM, CSS and syntax.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const NEWER = {
  js: [
    [/\bObject\.groupBy\b|\bMap\.groupBy\b/, 'groupBy, 117'], [/\.(toSorted|toReversed|toSpliced|with)\(/, 'change by copy, 110'],
    [/\bPromise\.(withResolvers|try)\b/, 'Promise.withResolvers, 119'], [/\bArray\.fromAsync\b/, '121'], [/\.isWellFormed\(|\.toWellFormed\(/, '111'],
    [/\bURL\.canParse\b|\bURL\.parse\b/, '120'], [/\bstartViewTransition\b/, '111'], [/\bpopover\b/i, '114'], [/\bCloseWatcher\b/, '120'],
    [/\bcheckVisibility\b/, '105'], [/\bscheduler\.(yield|postTask)\b/, 'not everywhere'], [/\bsetHTML\b|\bSanitizer\b/, 'newer'],
    [/\bIterator\.(from|prototype)\b|\bIterator\b\./, '122'], [/\bnew Set\([^)]*\)\.(union|intersection|difference)/, '122'], [/\.(union|intersection|difference|isSubsetOf)\(/, '122'],
    [/\/[^/\n]+\/[a-z]*v[a-z]*[.,;)]/, 'the v flag, 112'], [/\bmoveBefore\b/, '133'], [/\busing\s+\w+\s*=/, '134'], [/\bimport\s+\w+\s+from\s+'[^']+'\s+with\b/, '123'],
    [/\bimport\.meta\.resolve\b/, '105'], [/\bResponse\.json\(/, '105'], [/\bgetHTML\(|setHTMLUnsafe|parseHTMLUnsafe/, '124 and later'], [/\bariaNotify\b|\bcommandForElement\b/, '135'],
    [/\boverallProgress\b|\bScrollTimeline\b|\bViewTimeline\b/, '115'], [/\bAbortSignal\.any\b/, '116'], [/\bArrayBuffer\b.*\bresizable\b/, '111'], [/\bIntl\.DurationFormat\b/, '129'],
  ],
  css: [
    [/:has\(/, '105'], [/&/, 'nesting, 112'], [/@container\b|container-type/, '105'], [/@starting-style/, '117'], [/@scope/, '118'],
    [/\bcolor-mix\(/, '111'], [/\boklch\(|\boklab\(|\bcolor\(/, '111'], [/\b(sin|cos|tan|pow|round|abs)\(/, '111 and later'], [/\blight-dark\(/, '123'],
    [/\d(dvh|svh|lvh|dvw)\b/, '108'], [/text-wrap\b/, '114'], [/\btranslate:|\bscale:|\brotate:/, '104'], [/animation-timeline|view-transition/, '115'],
    [/@media[^{]*[<>]=?/, 'range queries, 104'], [/\bpopover\b/, '114'], [/anchor-name|position-anchor/, '125'], [/field-sizing|interpolate-size|calc-size/, '123'],
    [/text-box|@property.*@property.*@property/, '133'], [/\bsubgrid\b/, '117'], [/\d(lh|rlh|cqw|cqh|cqi)\b/, '105 and later'], [/:dir\(/, '120'],
    [/\blinear\(/, '113'], [/(^|[^-])\bmask(-image|-size|-position)?:/, 'masks without -webkit-, 120'], [/\b(scale|translate|rotate)\s*:\s*\d/, '104'],
    [/:modal\b|:open\b|:user-(in)?valid\b/, '105 and later'], [/\bof \.[\w-]+\)/, ':nth-child(… of …), 111'], [/\bfrom var\(/, 'relative colours, 119'],
    [/animation-composition|animation-range|offset-path:\s*(ray|shape)|font-variant-emoji|scrollbar-(width|color)/, '112 and later'], [/transition-behavior|allow-discrete/, '117'], [/\bif\(/, '137'],
  ],
};
const FOREVER = [
  [/\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment)\b/, 'text is never markup'],
  [/setAttribute\(\s*['"]style/, 'styles are properties'], [/\beval\(|new Function\b/, 'no code from text'],
  [/\bconsole\.\w+\(|\balert\(/, 'the overlay is silent'], [/\bwill-change\b/, 'one layer a comment is the motion’s own'],
  [/transitionend/, 'the compositor moves comments'], [/https?:\/\//, 'nothing comes from the net'], [/@import|@font-face/, 'system fonts only'],
];

/** The source without comments, which may name forbidden features. */
const bare = (source) => source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');

/** The page's own scripts and styles. @param {string} page */
function inPages(page) {
  for (const [, tag, source] of page.matchAll(/<(script|style)\b[^>]*>([\s\S]*?)<\/\1>/g)) {
    for (const [pattern, why] of NEWER[tag === 'style' ? 'css' : 'js']) assert.doesNotMatch(source, pattern, String(why));
  }
}

/** The shared modules that a page uses, directly or not. @param {string} folder */
function sharedBy(folder) {
  const names = new Set();
  const add = (/** @type {URL} */ file, /** @type {RegExp} */ pattern) => {
    for (const [, name] of bare(readFileSync(file, 'utf8')).matchAll(pattern)) {
      if (names.has(name)) continue;
      names.add(name);
      add(new URL(`../shared/${name}`, import.meta.url), /from '\.\/([\w-]+\.js)'/g);
    }
  };
  const base = new URL(folder, import.meta.url);
  for (const name of readdirSync(base)) if (name.endsWith('.js')) add(new URL(name, base), /from '\.\.\/shared\/([\w-]+\.js)'/g);
  return [...names];
}

const folders = ['../overlay/', '../shared/'];
for (const folder of folders) {
  const base = new URL(folder, import.meta.url);
  const names = folder === '../shared/' ? sharedBy('../overlay/') : readdirSync(base).filter((name) => /\.(js|css|html)$/.test(name));
  assert.ok(names.length > 0);
  for (const name of names) {
    const source = bare(readFileSync(new URL(name, base), 'utf8'));
    const kind = name.slice(name.lastIndexOf('.') + 1);
    test(`${folder}${name} keeps to Chromium 103`, () => {
      if (kind === 'html') return inPages(source);
      for (const [pattern, why] of NEWER[kind]) assert.doesNotMatch(source, pattern, String(why));
    });
    if (folder === '../overlay/') {
      test(`${name} does nothing that an overlay must not`, () => {
        for (const [pattern, why] of FOREVER) assert.doesNotMatch(source, pattern, String(why));
        if (name !== 'frames.js') assert.doesNotMatch(source, /requestAnimationFrame/, 'the compositor moves comments');
      });
      if (name.endsWith('.js') && !['main.js', 'chat.js'].includes(name)) {
        test(`${name} touches no document when imported`, () => import(new URL(name, base).href));
      }
    }
  }
}

test('the list of newer features finds each of them', () => {
  assert.throws(() => inPages('<script>x</script><style>a { rotate: 3deg }</style>'));
  const finds = (kind, text) => NEWER[kind].some(([pattern]) => pattern.test(text));
  for (const text of ['Object.groupBy(a, b)', 'list.toSorted()', 'Promise.withResolvers()', 'a.union(b)', 'URL.canParse(x)']) assert.ok(finds('js', text), text);
  for (const text of ['a:has(b)', '.a { & .b {} }', 'color-mix(in srgb, red, blue)', 'height: 100dvh', '@starting-style {}', 'rotate: 3deg', 'height: 2lh', 'mask: none']) assert.ok(finds('css', text), text);
});
