/*
 * Everything that the pages do in the browser; they also work without it. The functions below find
 * their elements by data attributes.
 */

/** Copies the value of a field, and says so on its button. */
function enableCopying(root) {
  for (const button of root.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const value = document.getElementById(button.dataset.copy)?.textContent ?? '';
      try {
        await navigator.clipboard.writeText(value);
        button.textContent = 'Copied';
      } catch {
        button.textContent = 'Press Ctrl+C';
        window.getSelection()?.selectAllChildren(document.getElementById(button.dataset.copy));
      }
      window.setTimeout(() => (button.textContent = 'Copy'), 2000);
    });
  }
}

/** Shows times in the visitor's own time zone; the pages have them in UTC. */
function localizeTimes(root) {
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false };
  for (const time of root.querySelectorAll('time[data-clock]')) {
    time.textContent = new Date(time.dateTime).toLocaleTimeString([], clock);
  }
  const moment = { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' };
  for (const time of root.querySelectorAll('time[data-moment]')) {
    time.textContent = new Date(time.dateTime).toLocaleString([], moment);
  }
  for (const time of root.querySelectorAll('time')) {
    time.title = new Date(time.dateTime).toLocaleString();
  }
}

const EVERY_MS = 2000;
const SLOWER_MS = 5000;
const SLOWER_AFTER_MS = 180_000;

/** Replaces the live part of a page by its present state, while the page is visible. */
function keepLive(element) {
  const started = Date.now();
  // As the server sent it, before its times become local.
  let shown = element.innerHTML;
  const update = async () => {
    if (!document.hidden) {
      const response = await fetch(element.dataset.live, { credentials: 'same-origin' });
      // The session has ended: the page says what to do.
      if (response.redirected || response.status === 401) return window.location.reload();
      if (response.ok) {
        const received = document.createElement('template');
        received.innerHTML = await response.text();
        // The work is done: the page has other parts now.
        if (received.content.querySelector('[data-reload]')) return window.location.reload();
        if (received.innerHTML !== shown) {
          shown = received.innerHTML;
          element.innerHTML = shown;
          localizeTimes(element);
          enableCopying(element);
        }
      }
    }
    next();
  };
  const next = () => {
    const wait = Date.now() - started > SLOWER_AFTER_MS ? SLOWER_MS : EVERY_MS;
    window.setTimeout(() => update().catch(next), wait);
  };
  next();
}

/** Keeps a form from being sent twice by a double click. */
function sendOnce(root) {
  for (const form of root.querySelectorAll('form[method=post]')) {
    form.addEventListener('submit', () => {
      for (const button of form.querySelectorAll('button')) {
        window.setTimeout(() => (button.disabled = true), 0);
      }
    });
  }
  // A page that the browser restores can be sent again.
  window.addEventListener('pageshow', () => {
    for (const button of root.querySelectorAll('form button')) button.disabled = false;
  });
}

for (const text of document.querySelectorAll('[data-without-script]')) text.hidden = true;
for (const element of document.querySelectorAll('[data-live]')) keepLive(element);
enableCopying(document);
localizeTimes(document);
sendOnce(document);
