// Names what the scripts of Django's admin build without a name, and lets keys scroll what is wider than the screen.

function nameOf(field) {
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  return label?.textContent.trim().replace(/:$/, "") || field.getAttribute("aria-label") || field.name;
}

function improve() {
  document.querySelectorAll("select.select2-hidden-accessible").forEach((field) => {
    field.nextElementSibling?.querySelectorAll(".select2-selection, .select2-selection__rendered").forEach((part) => {
      part.setAttribute("aria-label", nameOf(field));
    });
  });
  document.querySelectorAll("#changelist .results, .inline-group").forEach((box) => {
    const heading = box.querySelector("h2") ?? document.querySelector("#content h1, h1");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", heading?.textContent.trim() ?? "");
  });
  // It heads nothing: the column holds what goes with the row.
  document.querySelectorAll("thead th").forEach((head) => {
    if (!head.textContent.trim()) head.setAttribute("role", "cell");
  });
}

addEventListener("load", improve);
