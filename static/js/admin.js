// Names what the scripts of Django's admin build without a name, and lets keys scroll what is wider than the screen.

function nameOf(field) {
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  return label?.textContent.trim().replace(/:$/, "") || field.getAttribute("aria-label") || field.name;
}

function improve() {
  document.querySelectorAll("select.select2-hidden-accessible").forEach((field) => {
    field.nextElementSibling?.querySelector(".select2-selection")?.setAttribute("aria-label", nameOf(field));
  });
  document.querySelectorAll("#changelist .results").forEach((box) => {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", document.querySelector("#content h1, h1")?.textContent.trim() ?? "");
  });
}

addEventListener("load", improve);
