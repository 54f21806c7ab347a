// Brings what the page loads on use while its machine is still there: where that is gone,
// the page goes on at another one, whose modules it may not run.

/** Of the requests of all phones at a start: ms over which they are spread. */
const SPREAD = 20_000;

const MODULES = [
  () => import('./questions.js'), () => import('./poll-view.js'), () => import('./news.js'), () => import('./draw-view.js'), () => import('./photos.js'),
  () => import('./reactions.js'), () => import('./emotes.js'), () => import('./warnings.js'), () => import('../shared/emotes.js'),
];

/** The browser keeps these: their addresses name what is in them. */
const FILES = ['draw.css', 'emotes.css', 'news.css', 'photos.css', 'questions.css', 'reactions.css', 'warnings.css'];
const WORDS = ['show', 'draw', 'photos', 'warn'];

/** @param {string} lang of the page */
export function loadAhead(lang) {
  const urls = [...FILES.map((name) => `./${name}`), ...WORDS.map((name) => `../locales/${name}.${lang}.json`)];
  setTimeout(() => {
    for (const load of MODULES) load().catch(() => {}); // it is loaded on use, then
    for (const url of urls) fetch(new URL(url, import.meta.url)).then((answer) => answer.arrayBuffer()).catch(() => {});
  }, Math.random() * SPREAD);
}
