// Runs before the first paint, so that a chosen theme never flashes in the other one's colours.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage can be switched off; the system's preference then decides.
}
