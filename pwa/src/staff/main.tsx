/** The console's entry. It registers no service worker and keeps nothing on this machine. */
import "../ui/tokens.css";
import "../ui/base.css";
import "./css/console.css";
import { render } from "preact";
import { App } from "./app";

const root = document.getElementById("console");
if (root) render(<App />, root);
