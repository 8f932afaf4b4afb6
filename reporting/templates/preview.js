// Exchanges what differs between the page that is shown and the one that is served, so that the reader stays where he is.
"use strict";
const banner = document.createElement("pre");
banner.setAttribute("role", "alert");
banner.style.cssText = "position: fixed; inset: 0 0 auto; z-index: 9; margin: 0; padding: .8rem 1.2rem; max-height: 40vh;"
  + "overflow: auto; background: #8c1d18; color: #fff; font-size: .85rem; white-space: pre-wrap";
let shown;

function exchange(old, now) {
  if (old.isEqualNode(now)) return;
  const inner = [...old.childNodes], next = [...now.childNodes];
  if (inner.length && inner.length === next.length && old.cloneNode().isEqualNode(now.cloneNode())) {
    inner.forEach((child, place) => exchange(child, next[place]));
  } else {
    old.replaceWith(document.adoptNode(now));
  }
}

new EventSource("/state").onmessage = async event => {
  const state = JSON.parse(event.data);
  if (state.page !== shown) {
    const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
    exchange(document.head, page.head);
    exchange(document.body, page.body);
    shown = state.page;
  }
  banner.textContent = state.fault;
  if (state.fault) document.documentElement.append(banner); else banner.remove();
};
