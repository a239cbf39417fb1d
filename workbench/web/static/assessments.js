// Keys of the queue of triage. The page works without them.
"use strict";

(function () {
  function typing(element) {
    return element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) {
        return;
      }
      const target = Array.from(document.querySelectorAll("[data-key]")).find((each) => each.dataset.key === event.key);
      if (target) {
        event.preventDefault();
        event.stopPropagation();
        target.click();
      }
    },
    true,
  );
})();
