// The floor of each page: the oldest browsers in which it promises to run, and its
// files.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** docs/dev/browsers.md lists the same. @type {Record<string, import('./compat.js').Floor>} */
export const FLOORS = {
  audience: { chrome: '90', chrome_android: '90', safari: '15.4', safari_ios: '15.4', firefox: '115', firefox_android: '115' },
  console: { chrome: '103', safari: '16', firefox: '115' },
  builder: { chrome: '103', safari: '16', firefox: '115' },
  welcome: { chrome: '103', safari: '16', firefox: '115' },
  poster: { chrome: '103', safari: '16', firefox: '115' },
  screen: { chrome: '103', safari: '16', firefox: '115' },
  overlay: { chrome: '103' },
};

/** Classic scripts also run in browsers without modules, and show there that the page cannot start. */
export const CLASSIC = { chrome: '49', safari: '10', safari_ios: '10', firefox: '45' };

/**
 * The files of a page, as paths below assets.
 * @param {string} assets @param {string} page
 */
export function filesOf(assets, page) {
  const html = ['index.html', 'chat.html', 'beside.html'].filter((name) => existsSync(join(assets, page, name))).map((name) => readFileSync(join(assets, page, name), 'utf8')).join('');
  // Scripts and styles in the page itself, see server/bundle.go.
  const inline = html.includes('{{.Inline.Style}}') ? `<link href="{{.Base}}/${page}/all.css"><script src="{{.Base}}/shared/first.js"></script><script src="{{.Base}}/${page}/early.js"></script>`
    : html.includes('{{.Inline.Script}}') ? `<script src="{{.Base}}/shared/${page === 'overlay' ? 'recover' : 'first'}.js"></script>` : '';
  const bundled = inline + html.replaceAll('/all.js"', '/main.js"');
  const styles = [...bundled.matchAll(/href="\{\{\.Base\}\}\/([\w/-]+\.css)"/g)].flatMap(([, name]) => (name.endsWith('/all.css') ? ['shared/tokens.css', 'shared/base.css', `${page}/${page}.css`] : [name]));
  const classic = [...bundled.matchAll(/<script src="\{\{\.Base\}\}\/([\w/-]+\.js)"/g)].map(([, name]) => name);
  /** @type {Set<string>} */ const modules = new Set();
  const add = (/** @type {string} */ name) => {
    if (modules.has(name)) return;
    modules.add(name);
    for (const [, other] of readFileSync(join(assets, name), 'utf8').matchAll(/(?:^import |\bfrom |\bimport\()'(\.[^']+\.js)'/gm)) add(join(name, '..', other));
  };
  for (const [, name] of bundled.matchAll(/<script type="module" src="\{\{\.Base\}\}\/([\w/-]+\.js)"/g)) add(name);
  // Stylesheets that modules load.
  for (const name of modules) {
    for (const [, other] of readFileSync(join(assets, name), 'utf8').matchAll(/new URL\('(\.[^']+\.css)', import\.meta\.url\)/g)) styles.push(join(name, '..', other));
  }
  return { styles, classic, modules: [...modules] };
}
