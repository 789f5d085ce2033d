
// Without this script every row stands there, by money; what is sorted and found is only a comfort.
"use strict";
const tools = document.querySelector("search");
const [field, order, found] = tools.children;
const groups = [...document.querySelectorAll("main > *")].map(box => {
  const list = box.querySelector("ul");
  const rows = [...list.children].map((row, place) => ({
    row,
    place,
    name: row.firstChild.textContent,
    text: row.textContent.toLowerCase(),
    length: +(row.querySelector("i")?.style.getPropertyValue("--o") ?? Infinity),
    periods: +(row.dataset.periods || 1),
  }));
  return {box, list, rows};
});
const alphabet = new Intl.Collator(document.documentElement.lang);
const orders = {
  money: () => 0,
  length: (a, b) => (a.length > b.length) - (a.length < b.length),
  periods: (a, b) => b.periods - a.periods,
  name: (a, b) => alphabet.compare(a.name, b.name),
};

function sort() {
  for (const {list, rows} of groups) {
    rows.sort((a, b) => orders[order.value](a, b) || a.place - b.place);
    list.append(...rows.map(each => each.row));
  }
}

function find() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const {box, rows} of groups) {
    let here = 0;
    for (const {row, text} of rows) {
      row.hidden = !words.every(word => text.includes(word));
      here += !row.hidden;
    }
    box.hidden = !here;
    if (box.matches("details")) box.open = words.length > 0 && here > 0;
    count += here;
  }
  found.value = words.length ? `${count} ${found.dataset.word}` : "";
}

order.addEventListener("change", sort);
field.addEventListener("input", find);
tools.hidden = false;
