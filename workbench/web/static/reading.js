// Keys of a page that is read clause by clause. The page works without them; `?` lists them.
"use strict";

(function () {
  const STEPS = {
    j: [".clause, .compared", 1],
    k: [".clause, .compared", -1],
    n: ['.says:has(> a.mark-of), .diffed :is(ins, del)', 1],
    p: ['.says:has(> a.mark-of), .diffed :is(ins, del)', -1],
  };
  const NEAR = 4;

  function typing(element) {
    return element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  }

  // From where the reader is: what has the focus, if it can be seen, else the top of the window.
  function step(selector, direction) {
    const all = Array.from(document.querySelectorAll(selector)).filter((each) => each.getClientRects().length > 0);
    const focused = document.activeElement ? all.filter((each) => each.contains(document.activeElement)).pop() : undefined;
    const inView = focused && focused.getBoundingClientRect().bottom > 0 && focused.getBoundingClientRect().top < window.innerHeight;
    let next;
    if (inView) {
      next = all[all.indexOf(focused) + direction];
    } else if (direction > 0) {
      next = all.find((each) => each.getBoundingClientRect().top > NEAR);
    } else {
      next = all.filter((each) => each.getBoundingClientRect().top < -NEAR).pop();
    }
    if (next === undefined) {
      return;
    }
    const link = next.querySelector(".clause-head a, .compared-head a, a.mark-of");
    const target = link || next;
    if (!link && !next.hasAttribute("tabindex")) {
      next.setAttribute("tabindex", "-1");
    }
    target.focus({ preventScroll: true });
    next.scrollIntoView({ block: direction > 0 && next.matches(".clause, .compared") ? "start" : "nearest" });
  }

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) {
        return;
      }
      const help = document.getElementById("keys");
      if (event.key === "?" && help) {
        help.open = !help.open;
        event.preventDefault();
        help.querySelector("summary").focus();
        help.scrollIntoView({ block: "nearest" });
      } else if (STEPS[event.key]) {
        event.preventDefault();
        step(...STEPS[event.key]);
      }
    },
    true,
  );
})();
