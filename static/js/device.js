// Leaves on this device no copies of pages but those of whoever is signed in now.
// Reports that wait to be sent stay: they are shown and sent only to and for whoever made them.

const { user } = document.body.dataset;

async function forgetAllBut(kept) {
  for (const name of await caches.keys()) if (name !== kept) await caches.delete(name);
}

if ("caches" in self) {
  // A page about a fault does not know who is signed in.
  if (user !== undefined) forgetAllBut(`kerja-${user}`);
  document.querySelector("[data-sign-out]")?.addEventListener("click", () => forgetAllBut());
}
