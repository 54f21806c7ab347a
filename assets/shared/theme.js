// Dark or light: follows the system until the person chooses. first.js
// applies an earlier choice before the first paint.

const KEY = 'danmaku-theme';

/** @typedef {'dark'|'light'} Theme */

/** The current theme. @returns {Theme} */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

/** Switches to the other theme and remembers it if the browser allows. */
export function toggleTheme() {
  const next = theme() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch { /* storage is blocked: the choice lasts as long as the page */ }
  paintBrowser();
  return next;
}

/** Gives the browser's own bars the page's colour. */
export function paintBrowser() {
  const color = getComputedStyle(document.documentElement).getPropertyValue('--surface').trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', color);
}
