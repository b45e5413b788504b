// Copies the address of a link. Without this script, or where a browser does not allow it, the link is just a link.

async function copy(button) {
  const status = button.parentElement.querySelector('[role="status"]');
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).href);
    status.textContent = button.dataset.copied;
  } catch {
    status.textContent = button.dataset.refused;
  }
}

if (navigator.clipboard) {
  // On the root and on the document, because live pages replace what lies between.
  document.documentElement.dataset.copies = "";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
}
