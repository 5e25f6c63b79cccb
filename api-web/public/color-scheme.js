// Sets the colour scheme before the first paint. A file of its own, since the server's content
// security policy allows no inline scripts. The key is the one Mantine keeps its choice under.
(() => {
  let scheme = "auto";
  try {
    scheme = localStorage.getItem("mantine-color-scheme-value") || "auto";
  } catch {
    // Storage may be switched off; the system's choice is used then.
  }
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  const shown = scheme === "auto" ? (light ? "light" : "dark") : scheme;
  document.documentElement.setAttribute("data-mantine-color-scheme", shown);
})();
