// Drag an event of a plan to another day: the server says what the rules would find. The form does the same.
"use strict";

let dragged = null;

function days(event) {
  const svg = dragged.svg;
  const pixels = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const { least, most } = dragged.group.dataset;
  const moved = Math.round((event.clientX - dragged.from) / pixels / Number(svg.dataset.dayWidth));
  // Behind a break of the axis a day is elsewhere; the form takes it there.
  return Math.min(Math.max(moved, Number(least)), Number(most));
}

document.addEventListener("pointerdown", (event) => {
  const group = event.button === 0 && event.target.closest ? event.target.closest(".plan g[data-event]") : null;
  if (group) {
    dragged = { group, svg: group.ownerSVGElement, from: event.clientX };
    group.classList.add("dragged");
    event.preventDefault();
  }
});

document.addEventListener("pointermove", (event) => {
  if (dragged) {
    dragged.group.setAttribute("transform", `translate(${days(event) * Number(dragged.svg.dataset.dayWidth)} 0)`);
  }
});

function drop(event) {
  if (!dragged) {
    return;
  }
  const { group } = dragged;
  const moved = days(event);
  group.classList.remove("dragged");
  group.removeAttribute("transform");
  dragged = null;
  const form = document.getElementById("move");
  if (moved !== 0 && event.type === "pointerup" && form) {
    const day = new Date(`${group.dataset.day}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + moved);
    form.elements.event.value = group.dataset.event;
    form.elements.day.value = day.toISOString().slice(0, 10);
    form.requestSubmit();
  }
}

document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);
