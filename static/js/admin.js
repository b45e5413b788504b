// Names what the scripts of Django's admin build without a name, and lets keys scroll what is wider than the screen.

const text = (element) => element?.textContent.trim().replace(/:$/, "");

function nameOf(field) {
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  return text(label) || field.getAttribute("aria-label") || field.name;
}

function name(element, label) {
  if (element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
}

function improve() {
  document.querySelectorAll("select.select2-hidden-accessible").forEach((field) => {
    field.nextElementSibling
      ?.querySelectorAll(".select2-selection, .select2-selection__rendered, .select2-search__field")
      .forEach((part) => name(part, nameOf(field)));
    const results = document.querySelector(`#select2-${CSS.escape(field.id)}-results`);
    const search = results?.closest(".select2-dropdown").querySelector(".select2-search__field");
    [results, search].forEach((part) => part && name(part, nameOf(field)));
  });
  // A moment is asked for in two fields; what stands before each is only text.
  document.querySelectorAll(".datetime input").forEach((field) => {
    const row = field.closest(".form-row, td");
    name(field, [text(row?.querySelector("legend, label")), text(field.previousSibling)].filter(Boolean).join(", "));
  });
  // In a table of rows to fill in, the column's head says what a field is for.
  document.querySelectorAll(".tabular td[class*=field-] :is(input, select, textarea)").forEach((field) => {
    const column = [...field.closest("td").classList].find((each) => each.startsWith("field-"));
    const head = field.closest("table").querySelector(`th.${CSS.escape(column.replace("field-", "column-"))}`);
    if (field.type !== "hidden" && !field.labels.length) name(field, text(head) || nameOf(field));
  });
  document.querySelectorAll(".tabular td.delete input").forEach((field) => {
    name(field, text(field.closest("table").querySelector("thead th:last-child")));
  });
  // It stands among the chosen, which are a list.
  document.querySelectorAll("ul > .select2-selection__clear").forEach((clear) => clear.setAttribute("role", "listitem"));
  document.querySelectorAll("#changelist .results, .inline-group").forEach((box) => {
    const heading = box.querySelector("h2") ?? document.querySelector("#content h1, h1");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    name(box, text(heading) ?? "");
  });
  document.querySelectorAll(".help-tooltip[aria-label]").forEach((tip) => tip.setAttribute("role", "img"));
  // It heads nothing: the column holds what goes with the row.
  document.querySelectorAll("thead th").forEach((head) => {
    if (!head.textContent.trim()) head.setAttribute("role", "cell");
  });
}

// Those scripts build at the start, with each added row and with each choice that is opened.
new MutationObserver(improve).observe(document.body, { childList: true, subtree: true });
improve();
