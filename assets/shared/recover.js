// A classic script, inline in the overlay and the chat box: OBS leaves a page as it is when a
// part of it has not arrived, and without its styles the page would show on the stream what it
// only measures. Such a page shows nothing, and loads again once its server answers.
(() => {
  const AGAIN = 5000, LONGEST = 60000; // ms
  const root = document.documentElement;
  const ours = /** @type {HTMLScriptElement} */ (document.currentScript).parentNode;
  let lost = false;

  function recover() {
    if (lost) return;
    lost = true;
    root.style.setProperty('display', 'none', 'important');
    later();
  }

  function later() { setTimeout(ask, AGAIN * (0.5 + Math.random())); }

  // A proxy's page about a fault would stay on the stream: only this page's own answer counts.
  function ask() {
    const request = new XMLHttpRequest();
    request.onloadend = () => {
      if (request.status === 200 && request.responseText.indexOf('data-room=') > 0) location.reload();
      else later();
    };
    request.open('GET', location.href);
    request.timeout = 2 * AGAIN;
    request.send();
  }

  addEventListener('error', (event) => {
    const part = /** @type {HTMLLinkElement} */ (event.target);
    if (part.parentNode === ours && (part.tagName === 'SCRIPT' || part.rel === 'stylesheet')) recover();
  }, true);
  // A part that neither arrives nor fails. What has arrived is cached, so a slow line gets on.
  const slow = setTimeout(() => { if (!root.hasAttribute('data-started')) recover(); }, LONGEST);
  addEventListener('load', () => clearTimeout(slow)); // all is here; a browser that is too old stays so
})();
