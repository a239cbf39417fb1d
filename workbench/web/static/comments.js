// A passage selected in a clause becomes the passage of a comment. Without script the form asks for it.
"use strict";

(function () {
  const MOST = 2000;
  const LEFT_OUT = ".mark-of, .flag, .block-label, .beside, .comment-on, .clause-head";

  // The text of a range as it stands in the draft: without marks and labels of ours.
  function textOf(range) {
    const copy = range.cloneContents();
    copy.querySelectorAll(LEFT_OUT).forEach((each) => each.remove());
    copy.querySelectorAll("p, li, tr, td").forEach((each) => each.append("\n"));
    return copy.textContent;
  }

  // What the server counts: neither white space nor the bars between cells of a table.
  function counting(text) {
    return Array.from(text.replace(/[\s|]/gu, "")).length;
  }

  function offer() {
    document.querySelectorAll(".comment-on[data-passage]").forEach((link) => {
      link.href = link.dataset.address;
      link.removeAttribute("data-passage");
    });
    const selection = window.getSelection();
    if (!selection || selection.rangeCount === 0 || selection.isCollapsed) {
      return;
    }
    const range = selection.getRangeAt(0);
    const start = range.startContainer.nodeType === Node.ELEMENT_NODE ? range.startContainer : range.startContainer.parentElement;
    const clause = start && start.closest("[data-comment]");
    const link = clause && clause.querySelector(".comment-on");
    if (!link || !clause.contains(range.endContainer)) {
      return;
    }
    const before = document.createRange();
    before.setStart(clause, 0);
    before.setEnd(range.startContainer, range.startOffset);
    const passage = textOf(range).trim();
    if (!passage || passage.length > MOST) {
      return;
    }
    const address = new URL(link.dataset.address, window.location.href);
    address.searchParams.set("passage", passage);
    address.searchParams.set("before", String(counting(textOf(before))));
    link.href = address.href;
    link.dataset.passage = "1";
  }

  document.addEventListener("selectionchange", offer);
})();
