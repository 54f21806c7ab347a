// A classic script in <head> of the audience page: it opens the socket while the modules are
// still loading, which saves round trips on a slow connection. main.js takes the socket over
// (early-socket.js).
(() => {
  if (!('noModule' in document.createElement('script'))) return; // no module would take the socket over
  try {
    const key = /[?&](key=[^&]+)/.exec(location.search);
    const room = encodeURIComponent(document.documentElement.getAttribute('data-room') || '');
    // The same as socketUrl in shared/protocol.js.
    const query = `role=audience&brief=1${key ? `&${key[1]}` : ''}`;
    const ws = new WebSocket(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/api/rooms/${room}/socket?${query}`, ['danmaku.v1']);
    /** @type {unknown[]} */ const frames = [];
    ws.onmessage = (event) => frames.push(event.data);
    /** @type {any} */ (window).earlySocket = { ws, frames };
    addEventListener('load', () => {
      // The modules did not start, see shared/first.js.
      if (!document.documentElement.hasAttribute('data-started')) ws.close();
    });
  } catch (fault) {
    // The page opens one of its own.
  }
})();
