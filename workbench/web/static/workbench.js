// Keyboard shortcuts. Every page works without them.
"use strict";

function typing(element) {
  return element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
}

function moveRow(step) {
  const links = Array.from(document.querySelectorAll("table.data tbody a.open"));
  if (links.length === 0) {
    return false;
  }
  const row = document.activeElement ? document.activeElement.closest("table.data tbody tr") : null;
  const here = row ? links.indexOf(row.querySelector("a.open")) : -1;
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, here + step));
  links[next].focus();
  links[next].closest("tr").scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return;
  }
  if (typing(event.target)) {
    if (event.key === "Escape") {
      event.target.blur();
    }
    return;
  }
  if (event.key === "/") {
    const field = document.querySelector('[data-shortcut="/"]');
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  } else if ((event.key === "j" && moveRow(1)) || (event.key === "k" && moveRow(-1))) {
    event.preventDefault();
  }
});
