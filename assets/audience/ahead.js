// Preloads the modules that the page loads on use while its machine still answers: later,
// the page may move to another machine, whose modules it may not run.

/** ms over which the requests of all phones are spread at a start. */
const SPREAD = 20_000;

const MODULES = [
  () => import('./questions.js'), () => import('./poll-view.js'), () => import('./news.js'), () => import('./draw-view.js'), () => import('./photos.js'),
  () => import('./reactions.js'), () => import('./emotes.js'), () => import('./warnings.js'), () => import('../shared/emotes.js'),
];

/** The browser caches these: their addresses name their content. */
const FILES = ['draw.css', 'emotes.css', 'news.css', 'photos.css', 'questions.css', 'reactions.css', 'warnings.css'];
const WORDS = ['show', 'draw', 'photos', 'warn'];

/** @param {string} lang of the page */
export function loadAhead(lang) {
  const urls = [...FILES.map((name) => `./${name}`), ...WORDS.map((name) => `../locales/${name}.${lang}.json`)];
  setTimeout(() => {
    for (const load of MODULES) load().catch(() => {}); // the page then loads it on use
    for (const url of urls) fetch(new URL(url, import.meta.url)).then((answer) => answer.arrayBuffer()).catch(() => {});
  }, Math.random() * SPREAD);
}
