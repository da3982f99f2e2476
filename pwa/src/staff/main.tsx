/** The console's entry. It registers no service worker and keeps nothing on this machine. */
import "../ui/tokens.css";
import "../ui/base.css";
import "./css/console.css";
import { render } from "preact";
import { App } from "./app";

// A browser may show the page again as it was left: by then somebody else may hold the screen.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.getElementById("console")?.replaceChildren();
  location.reload();
});

const root = document.getElementById("console");
if (root) render(<App />, root);
